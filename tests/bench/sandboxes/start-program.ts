// A proxy as a process of its own: it says its address on its standard output, and collects garbage on SIGUSR2.
import { closeSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { proxyEnvironment } from "../../../scripts/proxy-environment.mjs"
import { inRoot } from "../../../scripts/root.mjs"
import { nextLine, stopChild } from "../child.ts"
import { residentKb } from "../process-cost.ts"

export type Program = {
  pid: number
  /** With the slash at its end. */
  url: string
  /** After garbage was collected until nothing more came of it. */
  settledKb: () => Promise<number>
  stop: () => Promise<void>
}

let started = 0

/** Its log lies in `directory`. */
export async function startProgram(
  path: string,
  args: readonly string[],
  directory: string,
  env: Record<string, string | undefined>,
): Promise<Program> {
  started += 1
  const log = join(directory, `proxy-${started}.log`)
  const output = openSync(log, "a")
  const child = Bun.spawn([process.execPath, inRoot(path), ...args], {
    env: proxyEnvironment(env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: output,
  })
  closeSync(output)
  const lines = child.stdout.getReader()
  const url = await nextLine(lines, "Sandbar").catch((cause: unknown) => {
    throw new Error(`Sandbar did not start: ${readFileSync(log, "utf8")}`, { cause })
  })

  async function settledKb(): Promise<number> {
    let least = Number.POSITIVE_INFINITY
    for (let calm = 0; calm < 3; calm++) {
      child.kill("SIGUSR2")
      await nextLine(lines, "Sandbar")
      // What the collector has freed goes back to the kernel a moment later.
      await Bun.sleep(1_000)
      const now = residentKb(child.pid)
      if (now < least - 512) calm = 0
      least = Math.min(least, now)
    }
    return least
  }

  return { pid: child.pid, url, settledKb, stop: () => stopChild(child) }
}
