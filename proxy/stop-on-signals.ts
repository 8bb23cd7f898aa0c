// SIGINT, SIGTERM, a closed terminal: finish what is under way, end what we started, leave.
import type { Log } from "./log.ts"

export function stopOnSignals(
  server: Pick<Bun.Server<undefined>, "stop">,
  stopOthers: () => Promise<void> | undefined,
  drainSeconds: number,
  log: Log,
): void {
  const hurry = Promise.withResolvers<void>()
  let stopping = false

  const stop = async (signal: string) => {
    // A second Ctrl-C means: now.
    if (stopping) hurry.resolve()
    if (stopping) return
    stopping = true
    log.info({ signal }, "stopping")
    // Event streams never finish by themselves; those of our own server end with it.
    const others = stopOthers()
    await Promise.race([server.stop(), Bun.sleep(drainSeconds * 1_000), hurry.promise])
    await Promise.all([server.stop(true), others])
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(signal))
}
