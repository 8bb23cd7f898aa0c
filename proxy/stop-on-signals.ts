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

/** Until then a second signal is the first one again: systemd signals us and our parent, which passes it on. */
const sameStopMs = 500

export function stopOnSignals({ server, drain, stopOthers, drainSeconds, log }: StopDeps): void {
  const hurry = Promise.withResolvers<void>()
  let began: number | undefined

  const stop = async (signal: string) => {
    if (began !== undefined) {
      // A second Ctrl-C means: now.
      if (performance.now() - began > sameStopMs) hurry.resolve()
      return
    }
    began = performance.now()
    log.info({ signal }, "stopping")
    // Before anything of ours that may throw: from here on nothing new comes in.
    const answered = server.stop()
    try {
      drain.begin()
    } catch (err) {
      log.error({ err }, "not everything ended cleanly")
    }
    await Promise.race([answered, Bun.sleep(drainSeconds * 1_000), hurry.promise])
    // Our own server stays until the answers that it is giving are whole.
    const ends = await Promise.allSettled([server.stop(true), stopOthers()])
    for (const end of ends) if (end.status === "rejected") log.error({ err: end.reason }, "it did not end")
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(signal))
}
