import { findFreePort } from "../../proxy/sandboxes/process/free-port.ts"

/** Below the ports that systems give to connections (Linux: 32768, others: 49152). */
const first = 20_000
const count = 12_000

/**
 * A free port for a program that starts later. One that the system gave could meanwhile be given to any connection, of
 * a browser for instance, and the program would find it taken.
 */
export async function findQuietPort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = first + Math.floor(Math.random() * count)
    if (await isFree(port)) return port
  }
  return findFreePort()
}

async function isFree(port: number): Promise<boolean> {
  try {
    await Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } }).stop(true)
    return true
  } catch {
    return false
  }
}
