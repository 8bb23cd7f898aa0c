// SIGINT, SIGTERM, a closed terminal: take nothing new, finish what is under way, end what we started, leave.
import type { Drain } from "./drain.ts"
import type { Log } from "./log.ts"

export type StopDeps = {
  server: Pick<Bun.Server<undefined>, "stop">
  drain: Pick<Drain, "begin">
  stopOthers: () => Promise<void> | undefined
  drainSeconds: number
  log: Log
}

export function stopOnSignals({ server, drain, stopOthers, drainSeconds, log }: StopDeps): void {
  const hurry = Promise.withResolvers<void>()
  let stopping = false

  const stop = async (signal: string) => {
    // A second Ctrl-C means: now.
    if (stopping) hurry.resolve()
    if (stopping) return
    stopping = true
    log.info({ signal }, "stopping")
    drain.begin()
    await Promise.race([server.stop(), Bun.sleep(drainSeconds * 1_000), hurry.promise])
    // Our own server stays until the answers that it is giving are whole.
    await Promise.all([server.stop(true), stopOthers()])
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(signal))
}
