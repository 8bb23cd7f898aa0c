// The side of a tab that follows: takes the holder's events as if the stream were its own, and notices when the
// holder is gone without a word.
import { gone } from "../base/gone.ts"
import type { Clock } from "./clock.ts"
import { readEnvelope } from "./envelope.ts"
import type { Intake } from "./intake.ts"
import { doubtMs, type LinkStatus } from "./link-machine.ts"
import type { Data, Now, TabMessage, Want } from "./tab-message.ts"

export type TabGuestOptions = {
  me: string
  post: (message: TabMessage) => void
  /** The highest term that this tab has heard. */
  term: () => number
  clock: Clock
  random: () => number
  isHidden: () => boolean
  intake: Pick<Intake, "begin" | "take">
  onStatus: (status: LinkStatus) => void
  /** What this tab says first. */
  first: Want
  /** The holder does not answer. */
  takeOver: () => void
}

export type TabGuest = {
  hear: (message: TabMessage) => void
  retryNow: () => void
  wake: () => void
  /** What was asked for and not answered yet. */
  wants: () => Want | undefined
  close: () => void
}

/** A living holder answers at once, hidden or not. */
export const answerMs = 2_000
/** So that of several tabs that notice the same silence one is first. */
const answerJitterMs = 400
/** In trouble a hidden holder's own timers are late: it does what is due when it is asked. */
const troubleMs = 3_000
/** When our own timer is this late, we were the ones who slept, and the answer may be waiting to be read. */
const lateMs = 500

export function makeTabGuest(options: TabGuestOptions): TabGuest {
  const { me, post, clock, intake } = options
  let holder: { from: string; term: number } | undefined
  let stream: { epoch: number; seq: number; end: AbortController } | undefined
  let status: LinkStatus = { state: "connecting" }
  let asked: Want | undefined
  let cancel: () => void = () => undefined

  const show = (next: LinkStatus) => {
    status = next
    options.onStatus(next)
  }
  const after = (ms: number, run: (late: boolean) => void) => {
    cancel()
    const due = clock.now() + ms
    cancel = clock.after(ms, () => run(clock.now() - due > lateMs))
  }
  const ask = (want: Want) => {
    const pending = asked !== undefined
    asked = stronger(asked, want)
    post({ kind: "hello", from: me, term: options.term(), want })
    if (!pending) after(answerMs + Math.round(options.random() * answerJitterMs), unanswered)
  }
  const askAgain = () => {
    const want = asked ?? "look"
    asked = undefined
    ask(want)
  }
  // Hidden tabs leave it to those that somebody looks at.
  const unanswered = (late: boolean) => {
    if (late) return askAgain()
    after(doubtMs, onSilence)
    if (!options.isHidden()) options.takeOver()
  }
  const onSilence = () => {
    if (options.isHidden()) after(doubtMs, onSilence)
    else askAgain()
  }
  // A stream brings a heartbeat every 10 s, and with it a message from the holder.
  const sign = () => {
    asked = undefined
    after(status.state === "retrying" || status.state === "offline" ? troubleMs : doubtMs, onSilence)
  }
  const leaveStream = () => {
    stream?.end.abort(gone)
    stream = undefined
  }

  const hearNow = (now: Now) => {
    // A former holder that does not know it yet, or a new one that does not know how high we have counted.
    if (holder && now.term < holder.term) return ask("look")
    // Two that both believe to hold it, for a moment: changing sides with every word of theirs would make both of
    // them answer, without end.
    if (holder?.term === now.term && now.from < holder.from && asked === undefined) return
    const isNew = holder?.from !== now.from || holder.term !== now.term
    holder = { from: now.from, term: now.term }
    // Makes us known to it.
    if (isNew) post({ kind: "hello", from: me, term: now.term, want: "look" })
    if (!now.stream) leaveStream()
    else if (isNew || stream?.epoch !== now.stream.epoch || stream.seq !== now.stream.seq) {
      leaveStream()
      stream = { ...now.stream, end: new AbortController() }
      intake.begin(stream.end.signal, Promise.resolve())
    }
    if (status.state !== now.state || status.reason !== now.reason)
      show({ state: now.state, reason: now.reason })
    sign()
  }
  const hearData = (message: Data) => {
    if (!holder || message.term > holder.term) return ask("look")
    if (message.term < holder.term || message.from !== holder.from || !stream) return
    if (message.epoch !== stream.epoch || message.seq !== stream.seq + 1) {
      // Something was lost on the way: a gap like any other.
      leaveStream()
      show({ state: "connecting" })
      return ask("look")
    }
    stream.seq = message.seq
    sign()
    for (const data of message.data) {
      const envelope = readEnvelope(data)
      if (envelope) intake.take(envelope.event)
    }
  }

  ask(options.first)

  return {
    hear(message) {
      if (message.kind === "now") hearNow(message)
      else if (message.kind === "data") hearData(message)
      // Whoever is next in line says so, or nobody is.
      else if (message.kind === "bye" && message.from === holder?.from) ask("look")
    },
    retryNow: () => ask("retry"),
    wake() {
      // What was not answered while nobody looked is asked again, now that somebody does.
      asked = stronger(asked, "wake")
      askAgain()
    },
    wants: () => asked,
    close() {
      cancel()
      leaveStream()
    },
  }
}

/** A person's wish outlives a doubt of our own. */
function stronger(a: Want | undefined, b: Want): Want {
  const order: Want[] = ["look", "wake", "join", "retry"]
  return a !== undefined && order.indexOf(a) > order.indexOf(b) ? a : b
}
