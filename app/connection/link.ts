// The live event connection to one server: says in words how it is doing, and feeds the stores. After every gap the
// subscription stands first, then the stores fetch what they missed.
import { createSignal, onCleanup } from "solid-js"
import type { Schedule } from "../base/frame-queue.ts"
import { browserClock, type Clock } from "./clock.ts"
import type { Link } from "./connection.ts"
import { makeIntake } from "./intake.ts"
import type { LinkStatus } from "./link-machine.ts"
import { type LinkShare, makeStreamSource } from "./shared-stream.ts"
import type { StreamSource } from "./stream-holder.ts"
import { type WakeSources, watchWake } from "./wake.ts"

export type LinkOptions = {
  /** Opens the event stream; rejects with a Failure. */
  open: (signal: AbortSignal) => Promise<Response>
  /** The directory that the server works in: events of other directories are not ours. */
  locate: (signal: AbortSignal) => Promise<string>
  clock?: Clock
  random?: () => number
  schedule?: Schedule
  wakeSources?: WakeSources
  isOnline?: () => boolean
  /** With whom the stream is shared; undefined where tabs cannot or must not. */
  share?: LinkShare | undefined
}

export function createLink(options: LinkOptions): Link {
  const { clock = browserClock, random = Math.random, isOnline = () => navigator.onLine } = options
  const { wakeSources = { window, document } } = options
  const [status, setStatus] = createSignal<LinkStatus>({ state: "connecting" })
  const intake = makeIntake({ clock, random, schedule: options.schedule })

  const start = () =>
    makeStreamSource({
      open: options.open,
      locate: options.locate,
      clock,
      random,
      isOnline,
      intake,
      isHidden: () => wakeSources.document.hidden,
      onStatus: setStatus,
      share: options.share,
    })
  // Undefined while the browser has put the page away.
  let source: StreamSource | undefined = start()
  const leave = () => {
    source?.close()
    source = undefined
    setStatus({ state: "connecting" })
  }
  const wake = () => {
    if (source) source.wake()
    else source = start()
  }
  const stopWatching = watchWake({ wake, leave, offline: () => source?.network() }, clock, wakeSources)

  onCleanup(() => {
    stopWatching()
    source?.close()
    intake.stop()
  })

  return {
    state: () => status().state,
    reason: () => status().reason,
    retryNow: () => (source ? source.retryNow() : wake()),
    follow: (follower) => void onCleanup(intake.add(follower)),
  }
}
