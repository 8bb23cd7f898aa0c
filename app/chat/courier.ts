// Who takes the outbox's prompts to the server, and when: one tab, one prompt of a conversation at a time, while the
// server can be reached.
import { createEffect, on, onCleanup, untrack } from "solid-js"
import { standForLock, type TabLocks } from "../base/tab-lock.ts"
import type { Clock } from "../connection/clock.ts"
import type { Link } from "../connection/connection.ts"
import type { Outcome } from "./deliver-prompt.ts"
import { firstOfEach, type OutboxEntry } from "./outbox-entry.ts"
import type { OutboxStore } from "./outbox-store.ts"

/** Without locks every tab sends its own, and after this long what a closed tab left behind. */
const orphanMs = 60_000
/** A tab in the background may have the lock and no connection. */
const patienceMs = 3_000
const firstPauseMs = 1_000
const longestPauseMs = 15_000

export type CourierOptions = {
  /** The same in all tabs of one server. */
  name: string
  tab: string
  store: OutboxStore
  link: Pick<Link, "state">
  clock: Clock
  deliver: (entry: OutboxEntry, lost: AbortSignal) => Promise<Outcome>
  /** Undefined where the browser has none. */
  locks: TabLocks | undefined
}

/** One time of having the lock. What the tab before had under way is looked at anew. */
type Turn = { lost: AbortSignal; underWay: Set<string> }

export type Courier = {
  /** The tab that the person writes in sends at once, whoever had the lock. */
  takeOver: () => void
}

export function createCourier(options: CourierOptions): Courier {
  const { store, link, clock, locks } = options
  let turn: Turn | undefined
  const pauses = new Map<string, number>()

  const holds = () => turn !== undefined && !turn.lost.aborted
  const isOurs = (entry: OutboxEntry) =>
    locks !== undefined || entry.tab === options.tab || clock.now() - entry.createdAt >= orphanMs
  // What waits from before needs the first resync: only that tells when a prompt is answered.
  const canGo = (entry: OutboxEntry) =>
    link.state() === "live" || (link.state() === "connecting" && entry.tab === options.tab)

  const run = async (entry: OutboxEntry, { lost, underWay }: Turn) => {
    underWay.add(entry.messageID)
    // Read anew: what another tab wrote a moment ago may not have been announced yet.
    const outcome = await options.deliver(store.get(entry.messageID) ?? entry, lost)
    const { state } = store.get(entry.messageID) ?? { state: "back" }
    // One that is over and still there must not be tried without end.
    if (outcome === "again" || (state !== "back" && !lost.aborted)) await pause(entry.messageID, lost)
    else pauses.delete(entry.messageID)
    underWay.delete(entry.messageID)
    sendAll()
  }
  const pause = (messageID: string, lost: AbortSignal) => {
    const ms = pauses.get(messageID) ?? firstPauseMs
    pauses.set(messageID, Math.min(ms * 2, longestPauseMs))
    return new Promise<void>((resolve) => {
      const end = () => {
        cancel()
        lost.removeEventListener("abort", end)
        resolve()
      }
      const cancel = clock.after(ms, end)
      lost.addEventListener("abort", end)
    })
  }
  const sendAll = () => {
    if (!turn || turn.lost.aborted) return
    for (const entry of firstOfEach(store.entries())) {
      if (!turn.underWay.has(entry.messageID) && isOurs(entry) && canGo(entry)) void run(entry, turn)
    }
  }

  const lock = standForLock(
    `outbox ${options.name}`,
    (lost) => {
      turn = { lost, underWay: new Set() }
      untrack(sendAll)
    },
    locks,
  )
  const waits = () => store.entries().some((entry) => entry.state !== "back")
  createEffect(
    on([store.entries, link.state], ([, state]) => {
      sendAll()
      if (state !== "live" || !waits()) return
      // Somebody else's turn passes, or an orphan comes of age.
      const ms = locks ? patienceMs : orphanMs
      onCleanup(clock.after(ms, () => (holds() ? sendAll() : waits() && lock.steal())))
    }),
  )
  onCleanup(lock.leave)
  return {
    takeOver() {
      if (locks && !holds()) lock.steal()
    },
  }
}
