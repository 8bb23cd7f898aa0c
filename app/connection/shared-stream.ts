// One event stream per server and browser: the tab that has the lock holds it, the others follow. When it goes, the
// browser passes the lock on; when it does not answer, a tab that somebody looks at takes the lock.
import { openTabChannel } from "../base/tab-channel.ts"
import { standForLock, type TabLocks } from "../base/tab-lock.ts"
import type { Intake } from "./intake.ts"
import type { LinkStatus } from "./link-machine.ts"
import {
  makeStreamHolder,
  type StreamHolder,
  type StreamHolderOptions,
  type StreamSource,
} from "./stream-holder.ts"
import { makeTabGuest, type TabGuest } from "./tab-guest.ts"
import { makeTabHost, type TabHost } from "./tab-host.ts"
import { type TabMessage, TabMessageSchema, type Want } from "./tab-message.ts"

export type SharedStreamOptions = Omit<StreamHolderOptions, "stood" | "located" | "take" | "refused"> & {
  intake: Intake
  isHidden: () => boolean
  /** The same in every tab that may share; undefined where tabs cannot or must not. */
  share?: LinkShare | undefined
}

export type LinkShare = {
  room: string
  locks: TabLocks
  /** Tells the tabs apart. */
  me: string
  openChannel?: typeof openTabChannel
}

export function makeStreamSource(options: SharedStreamOptions): StreamSource {
  const { intake, share } = options
  if (share) return shareStream(options, share)
  return makeStreamHolder({
    ...options,
    stood: intake.begin,
    located: () => undefined,
    take: ({ event }) => intake.take(event),
  })
}

function shareStream(options: SharedStreamOptions, share: LinkShare): StreamSource {
  const { intake, clock } = options
  const { room, me } = share
  const channel = (share.openChannel ?? openTabChannel)(room, TabMessageSchema)
  let heard = 0
  let left = false
  let closed = false
  let status: LinkStatus = { state: "connecting" }
  let role: { holder: StreamHolder; host: TabHost } | { guest: TabGuest } | undefined

  const onStatus = (next: LinkStatus) => {
    status = next
    options.onStatus(next)
  }
  const post = (message: TabMessage) => {
    // What was collected before the end may still want to be said.
    if (!closed) channel.post(message)
  }
  const follow = (first: Want) => {
    const guest = makeTabGuest({
      ...options,
      me,
      post,
      term: () => heard,
      onStatus,
      first,
      takeOver: () => lock.steal(),
    })
    role = { guest }
  }
  const hold = (lost: AbortSignal) => {
    const wants = role && "guest" in role ? role.guest.wants() : undefined
    source()?.close()
    // What was refused to the tab before us is not asked again, unless somebody wants it to be.
    const refused = status.state === "refused" && wants !== "retry" ? (status.reason ?? "") : undefined
    const host = makeTabHost({
      me,
      post,
      clock,
      // Higher than any that was said before, also where we were not there to hear it.
      term: Math.max(heard + 1, clock.now()),
      asked: (want) => serve(holder, status, want),
    })
    const holder = makeStreamHolder({
      ...options,
      refused,
      onStatus(next) {
        onStatus(next)
        host.status(next)
      },
      stood: intake.begin,
      located: host.stands,
      take({ event }, data) {
        host.data(data)
        intake.take(event)
      },
    })
    role = { holder, host }
    lost.addEventListener("abort", () => {
      holder.close()
      if (left) return
      onStatus({ state: "connecting" })
      follow("look")
    })
  }

  follow("join")
  const stopListening = channel.listen((message) => {
    heard = Math.max(heard, message.term)
    if (role && "guest" in role) role.guest.hear(message)
    else role?.host.hear(message)
  })
  const lock = standForLock(room, hold, share.locks)
  const source = () => (role && "guest" in role ? role.guest : role?.holder)

  return {
    retryNow: () => source()?.retryNow(),
    wake: () => source()?.wake(),
    network: () => role && "holder" in role && role.holder.network(),
    close() {
      left = true
      stopListening()
      source()?.close()
      post({ kind: "bye", from: me, term: heard })
      closed = true
      lock.leave()
      channel.close()
    },
  }
}

function serve(holder: StreamHolder, status: LinkStatus, want: Want): void {
  // Who opens a page asks as clearly as who presses a button.
  if (want === "retry" || (want === "join" && status.state === "refused")) holder.retryNow()
  else if (want === "look") holder.catchUp()
  else holder.wake()
}
