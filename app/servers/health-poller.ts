// Keeps the health of all servers fresh: in parallel, each with its own timeout, never while nobody looks.
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"

export type HealthPoller = {
  /** Polls exactly these from now on. A server that is new or has changed is asked at once. */
  watch: (servers: readonly Server[]) => void
  /** All of them, or one. */
  probeNow: (id?: string) => void
  stop: () => void
}

export type HealthPollerOptions = {
  /** Has its own timeout, and rejects only when `signal` aborts. */
  probe: (server: Server, signal: AbortSignal) => Promise<ServerHealth>
  report: (id: string, health: ServerHealth) => void
  page?: Pick<Document, "hidden" | "addEventListener" | "removeEventListener">
  everyMs?: number
}

export function makeHealthPoller(options: HealthPollerOptions): HealthPoller {
  const page = options.page ?? document
  let watched = new Map<string, Server>()
  const asking = new Map<string, { server: Server; abort: AbortController }>()
  let timer: ReturnType<typeof setInterval> | undefined

  const ask = async (server: Server) => {
    // A slow answer is not asked for twice.
    if (asking.has(server.id)) return
    const entry = { server, abort: new AbortController() }
    asking.set(server.id, entry)
    try {
      const health = await options.probe(server, entry.abort.signal)
      if (!entry.abort.signal.aborted) options.report(server.id, health)
    } catch (error) {
      if (!entry.abort.signal.aborted) throw error
    } finally {
      if (asking.get(server.id) === entry) asking.delete(server.id)
    }
  }
  const forget = (id: string) => {
    asking.get(id)?.abort.abort()
    asking.delete(id)
  }
  const round = () => {
    for (const server of watched.values()) void ask(server)
  }
  const pause = () => {
    clearInterval(timer)
    timer = undefined
  }
  const run = () => {
    pause()
    round()
    timer = setInterval(round, options.everyMs ?? 10_000)
  }
  const onVisibility = () => (page.hidden ? pause() : run())

  page.addEventListener("visibilitychange", onVisibility)
  if (!page.hidden) run()

  return {
    watch(servers) {
      const before = watched
      watched = new Map(servers.map((server) => [server.id, server]))
      for (const [id, server] of before) if (watched.get(id) !== server) forget(id)
      for (const [id, server] of watched) {
        if (before.get(id) === server) continue
        options.report(id, { kind: "checking" })
        if (!page.hidden) void ask(server)
      }
    },
    probeNow(id) {
      if (id === undefined) return round()
      const server = watched.get(id)
      if (server) void ask(server)
    },
    stop() {
      pause()
      page.removeEventListener("visibilitychange", onVisibility)
      for (const id of [...asking.keys()]) forget(id)
    },
  }
}
