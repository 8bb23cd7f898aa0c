// Keeps the health of all servers fresh: one look per server and round for all tabs of this browser, each with its
// own timeout, never while nobody sees it.
import type { TabLocks } from "../base/tab-lock.ts"
import type { HealthChannel } from "./health-channel.ts"
import {
  type HealthEntry,
  hurry,
  isCutOff,
  isSameTarget,
  isUnasked,
  learnCrowded,
  learnOwn,
  makeEntry,
  schedule,
} from "./health-entry.ts"
import { makeHealthTalk } from "./health-talk.ts"
import { type Page, watchTab } from "./health-watch.ts"
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"

export type HealthPoller = {
  /** Polls exactly these from now on. A server that is new or has changed is asked at once. */
  watch: (servers: readonly Server[]) => void
  /** There may be news: all of them, or one. */
  probeNow: (id?: string) => void
  stop: () => void
}

export type HealthPollerOptions = {
  /** Has its own timeout, and rejects only when `signal` aborts. */
  probe: (server: Server, signal: AbortSignal) => Promise<ServerHealth>
  report: (id: string, health: ServerHealth) => void
  /** How tabs share the work. Without them this tab does its own. */
  tabs?: { locks: TabLocks; channel: HealthChannel } | undefined
  page?: Page
  window?: EventTarget
  /** Milliseconds, of a clock that does not jump. */
  now?: () => number
  random?: () => number
}

/** Browsers open six connections to one place over HTTP/1.1, and servers that hang must not take them all. */
const atOnce = 3
/** A look this old may have missed what somebody has just noticed. */
const freshMs = 1_000

export function makeHealthPoller(options: HealthPollerOptions): HealthPoller {
  const { page = document, now = () => performance.now(), random = Math.random } = options
  const events = options.window ?? window
  const entries = new Map<string, HealthEntry>()
  const asking = new Set<HealthEntry>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  /** The proxy has had enough of us until then. */
  let quietUntil = Number.NEGATIVE_INFINITY

  /** Whether it is for this tab to look at this server, and not for another that tells us. */
  const looks = (entry: HealthEntry) =>
    tab.isSeen() && (tab.isLeading() || entry.own || entry.key === undefined)
  const learned = (entry: HealthEntry) => {
    if (!entry.known) return
    schedule(entry, looks(entry), random)
    options.report(entry.server.id, entry.known.health)
    if (isUnasked(entry)) return
    // Sandbar itself is back: what was said about the others while it was gone says nothing about them.
    for (const other of entries.values()) if (isCutOff(other)) hurry(other, now())
  }

  const ask = async (entry: HealthEntry): Promise<void> => {
    const look = { abort: new AbortController(), since: now(), again: false }
    entry.asking = look
    entry.askedAt = now()
    entry.own = !tab.isLeading()
    asking.add(entry)
    talk.asking(entry)
    try {
      const health = await options.probe(entry.server, look.abort.signal)
      if (look.abort.signal.aborted) return
      const crowdedMs = learnCrowded(entry, health, now())
      if (crowdedMs === undefined) learnOwn(entry, health, now())
      else quietUntil = Math.max(quietUntil, now() + crowdedMs)
      learned(entry)
      talk.found(entry)
      if (look.again) entry.dueAt = now()
    } catch (error) {
      if (!look.abort.signal.aborted) throw error
    } finally {
      if (entry.asking === look) entry.asking = undefined
      asking.delete(entry)
      tick()
    }
  }

  /** Looks at what is due, as far as that is for this tab to do, and sets the timer for what comes next. */
  const tick = () => {
    clearTimeout(timer)
    if (stopped || !tab.isSeen()) return
    const waiting = [...entries.values()].filter((entry) => !entry.asking)
    const due = waiting.filter((entry) => entry.dueAt <= now()).sort(unknownFirst)
    if (due.length > 0 && now() < quietUntil) {
      timer = setTimeout(tick, quietUntil - now())
      return
    }
    for (const entry of due) {
      if (!looks(entry) && !entry.wanted) talk.want(entry, false)
      else if (asking.size < atOnce) void ask(entry)
    }
    // Those that wait for others to be done have no time of their own.
    const next = Math.min(...waiting.filter((entry) => entry.dueAt > now()).map((entry) => entry.dueAt))
    if (next < Number.POSITIVE_INFINITY) timer = setTimeout(tick, next - now())
  }

  /** Out of turn. `urgent`: before whatever else is due. */
  const lookNow = (entry: HealthEntry, urgent: boolean) => {
    if (entry.asking) {
      if (now() - entry.asking.since >= freshMs) entry.asking.again = true
      return
    }
    hurry(entry, now())
    if (!tab.isSeen()) return
    if (!looks(entry)) talk.want(entry, urgent)
    else if (urgent) void ask(entry)
    tick()
  }

  /** What was agreed with other tabs does not count any more. `from`: when their answers are in. */
  const restart = (entry: HealthEntry, from: number) => {
    const { dueAt } = entry
    if (entry.known) schedule(entry, looks(entry), random)
    else entry.dueAt = from
    // Word of a change that nobody could act on is still waiting.
    entry.dueAt = Math.max(Math.min(entry.dueAt, dueAt), from)
  }

  const tab = watchTab({
    page,
    locks: options.tabs?.locks,
    onSeen() {
      const joined = talk.hello()
      for (const entry of entries.values()) {
        entry.down = 0
        entry.wanted = false
        restart(entry, joined)
      }
      clearTimeout(timer)
      timer = setTimeout(tick, Math.max(0, joined - now()))
    },
    onLeading() {
      for (const entry of entries.values()) restart(entry, talk.joinedAt())
      tick()
    },
  })
  const talk = makeHealthTalk({
    channel: options.tabs?.channel,
    entries: () => [...entries.values()],
    isLeading: tab.isLeading,
    looks,
    learned,
    lookNow,
    tick,
    now,
    random,
  })
  const onOnline = () => {
    for (const entry of entries.values()) if (entry.down > 0) hurry(entry, now())
    tick()
  }
  events.addEventListener("online", onOnline)
  tab.start()

  return {
    watch(servers) {
      const ids = new Set(servers.map((server) => server.id))
      for (const [id, entry] of entries) {
        if (ids.has(id)) continue
        entry.asking?.abort.abort()
        entries.delete(id)
      }
      for (const server of servers) {
        const before = entries.get(server.id)
        if (before && isSameTarget(before.server, server)) {
          before.server = server
          continue
        }
        before?.asking?.abort.abort()
        entries.set(server.id, makeEntry(server, Math.max(now(), talk.joinedAt())))
        options.report(server.id, { kind: "checking" })
      }
      tick()
    },
    probeNow(id) {
      if (id === undefined) for (const entry of entries.values()) lookNow(entry, false)
      const entry = id === undefined ? undefined : entries.get(id)
      if (entry) lookNow(entry, true)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      events.removeEventListener("online", onOnline)
      tab.stop()
      talk.stop()
      for (const entry of entries.values()) entry.asking?.abort.abort()
    },
  }
}

/** A server that nobody has looked at yet goes first. */
function unknownFirst(a: HealthEntry, b: HealthEntry): number {
  return Number(a.known !== undefined) - Number(b.known !== undefined) || a.dueAt - b.dueAt
}
