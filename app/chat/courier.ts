// Who takes the outbox's prompts to the server, and when: one tab, one prompt of a conversation at a time, while the
// server can be reached.
import { createEffect, on, onCleanup, untrack } from "solid-js"
import { gone } from "../base/gone.ts"
import { standForLock, type TabLocks } from "../base/tab-lock.ts"
import type { Clock } from "../connection/clock.ts"
import type { Link } from "../connection/connection.ts"
import { longestToldMs } from "../connection/link-machine.ts"
import { answerMs, type Outcome } from "./deliver-prompt.ts"
import { firstOfEach, type OutboxEntry } from "./outbox-entry.ts"
import type { OutboxStore } from "./outbox-store.ts"

/** Without locks every tab sends its own, and after this long what a closed tab left behind. */
const orphanMs = 60_000
/** A tab that has the lock may have no connection: so long after it should have tried, another one takes it. */
const patienceMs = 3_000
/** The tab that a person writes in doubts sooner: one that is well sends at once, also when it is hidden. */
const writersPatienceMs = 700
const firstPauseMs = 1_000
const longestPauseMs = 15_000

export type CourierOptions = {
  /** The same in all tabs of one server. */
  name: string
  tab: string
  store: OutboxStore
  link: Pick<Link, "state">
  clock: Clock
  isHidden: () => boolean
  /** `taken` aborts when another tab goes on with it. */
  deliver: (entry: OutboxEntry, taken: AbortSignal) => Promise<Outcome>
  /** Undefined where the browser has none. */
  locks: TabLocks | undefined
}

/** One time of having the lock. What the tab before had under way is looked at anew. */
type Turn = { taken: AbortSignal; underWay: Set<string> }

export function createCourier(options: CourierOptions): void {
  const { store, link, clock, locks } = options
  let turn: Turn | undefined
  let left = false

  const holds = () => turn !== undefined && !turn.taken.aborted
  const isOurs = (entry: OutboxEntry) =>
    locks !== undefined || entry.tab === options.tab || clock.now() - entry.createdAt >= orphanMs
  // What waits from before needs the first resync: only that tells when a prompt is answered.
  const canGo = (entry: OutboxEntry) =>
    link.state() === "live" || (link.state() === "connecting" && entry.tab === options.tab)

  const run = async (entry: OutboxEntry, { taken, underWay }: Turn) => {
    const { messageID } = entry
    underWay.add(messageID)
    const outcome = await options.deliver(entry, taken)
    underWay.delete(messageID)
    if (left || taken.aborted) return
    // One that is over and still there must not be tried without end.
    const { tries = 0 } = store.get(messageID) ?? {}
    const told = outcome.again ? Math.min(outcome.afterMs ?? 0, longestToldMs) : 0
    const ms = Math.max(Math.min(firstPauseMs * 2 ** tries, longestPauseMs), told)
    store.change(messageID, { tries: tries + 1, tryAt: clock.now() + ms })
    sendAll()
  }
  let cancelNext: (() => void) | undefined
  let cancelTake: (() => void) | undefined
  const sendAll = () => {
    cancelNext?.()
    if (!turn || left || !holds()) return
    untrack(store.refresh)
    const { underWay } = turn
    const first = firstOfEach(store.entries()).filter((one) => !underWay.has(one.messageID) && isOurs(one))
    const waits = first.map((entry) => waitMs(entry, clock.now()))
    for (const [at, entry] of first.entries()) if (waits[at] === 0 && canGo(entry)) void run(entry, turn)
    const next = Math.min(...waits.filter((ms) => ms > 0))
    if (next < Number.POSITIVE_INFINITY) cancelNext = clock.after(next, sendAll)
  }

  const lock = standForLock(
    `outbox ${options.name}`,
    (lost) => {
      const taken = new AbortController()
      lost.addEventListener("abort", () => !left && taken.abort(gone))
      turn = { taken: taken.signal, underWay: new Set() }
      untrack(sendAll)
    },
    locks,
  )
  const takeWhatWaits = () => {
    if (!locks || holds()) return sendAll()
    store.refresh()
    const due = firstDue(store.entries())
    if (!due || clock.now() < dueAt(due)) return
    // Tabs that nobody looks at leave it to the others.
    if (options.isHidden()) cancelTake = clock.after(patienceMs, takeWhatWaits)
    else lock.steal()
  }
  createEffect(
    on(link.state, (state) => {
      if (state !== "live" || !holds()) return
      // What could not be tried before can be now.
      for (const entry of untrack(store.entries)) if (entry.tryAt) store.change(entry.messageID, { tryAt: 0 })
    }),
  )
  createEffect(
    on([store.entries, link.state], ([entries, state]) => {
      sendAll()
      const due = state === "live" ? firstDue(entries) : undefined
      if (!due) return
      // Somebody else's turn passes, or an orphan comes of age.
      const patience = isUntouched(due) && due.tab === options.tab ? writersPatienceMs : patienceMs
      const ms = locks ? Math.max(0, dueAt(due) - clock.now()) + patience : orphanMs
      cancelTake = clock.after(ms, takeWhatWaits)
      onCleanup(() => cancelTake?.())
    }),
  )
  onCleanup(() => {
    left = true
    cancelNext?.()
    lock.leave()
  })
}

function waitMs({ tryAt = 0 }: OutboxEntry, now: number): number {
  // A clock that was set back must not hold it up for longer.
  return Math.min(Math.max(0, tryAt - now), longestToldMs)
}

/** What should be done next; undefined while nothing waits. */
function firstDue(entries: readonly OutboxEntry[]): OutboxEntry | undefined {
  return firstOfEach(entries).reduce<OutboxEntry | undefined>(
    (first, one) => (first && dueAt(first) <= dueAt(one) ? first : one),
    undefined,
  )
}

function isUntouched({ state, tryAt }: OutboxEntry): boolean {
  return state === "waiting" && tryAt === undefined
}

/** When whoever has the turn has to do something about it. */
function dueAt({ createdAt, tryAt = createdAt, state, leftAt = 0 }: OutboxEntry): number {
  return state === "sending" ? Math.max(leftAt + answerMs, tryAt) : tryAt
}
