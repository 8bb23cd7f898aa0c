// The side of the tab that holds the stream: tells the tabs that follow how the link is and passes on what comes.
import type { Clock } from "./clock.ts"
import type { LinkStatus } from "./link-machine.ts"
import type { TabMessage, Want } from "./tab-message.ts"

export type TabHost = {
  status: (status: LinkStatus) => void
  /** A stream stands and its directory is known: from here on others can follow. */
  stands: () => void
  /** Events as they came, only those that are ours. */
  data: (data: string) => void
  hear: (message: TabMessage) => void
}

export type TabHostOptions = {
  me: string
  /** Higher than any that was heard. */
  term: number
  post: (message: TabMessage) => void
  clock: Clock
  asked: (want: Want) => void
}

/** Two tabs that both believe to hold the stream, where the browser lies about locks, outbid each other this often. */
const bidMs = 1_000

export function makeTabHost(options: TabHostOptions): TabHost {
  const { me, post, clock } = options
  let { term } = options
  let bidAt = clock.now() - bidMs
  /** Tabs that said hello. One that crashed stays: it costs a few messages that nobody reads. */
  const listeners = new Set<string>()
  let status: LinkStatus = { state: "connecting" }
  let stands = false
  let epoch = 0
  let seq = 0
  let batch: string[] = []

  const flush = () => {
    if (batch.length === 0) return
    const data = batch
    batch = []
    // Counted also when nobody listens: whoever does without our knowing then sees a hole.
    seq++
    if (listeners.size > 0) post({ kind: "data", from: me, term, epoch, seq, data })
  }
  const announce = () => {
    flush()
    // Live is what others can follow.
    const state = status.state === "live" && !stands ? "connecting" : status.state
    const stream = state === "live" ? { stream: { epoch, seq } } : {}
    post({
      kind: "now",
      from: me,
      term,
      state,
      ...(status.reason === undefined ? {} : { reason: status.reason }),
      ...stream,
    })
  }
  const outbid = (other: number) => {
    if (clock.now() - bidAt < bidMs) return
    bidAt = clock.now()
    term = other + 1
    announce()
  }

  return {
    status(next) {
      status = next
      if (next.state !== "live") stands = false
      announce()
    },
    stands() {
      flush()
      stands = true
      epoch++
      seq = 0
      announce()
    },
    data(one) {
      if (!stands) return
      batch.push(one)
      // One message for what came in one piece. No animation frame: the tab may be hidden.
      if (batch.length === 1) queueMicrotask(flush)
    },
    hear(message) {
      if (message.kind === "bye") return void listeners.delete(message.from)
      if (message.kind === "hello") {
        listeners.add(message.from)
        term = Math.max(term, message.term)
        options.asked(message.want)
        return announce()
      }
      // Another tab says that it holds the stream. We do; it was stolen from and does not know yet.
      if (message.term >= term) outbid(message.term)
    },
  }
}
