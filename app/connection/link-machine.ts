// What the link decides, apart from what it does: a pure function of what happened. Time, chance and whether the
// browser has a network come along with every input. A stream that stalls is one that ended, with a failure.
import { backoffMs } from "./backoff.ts"
import type { LinkState } from "./connection.ts"

export type LinkStatus = { readonly state: LinkState; readonly reason?: string | undefined }

export type LinkMachine = LinkStatus & {
  readonly doing: Doing
  /** Failed attempts in a row. */
  readonly failures: number
  /** Attempts that took long in vain, since there was reason to hope for a quick answer. */
  readonly slow: number
  /** Numbers the attempts, so that what a former one says is recognised. */
  readonly attempts: number
}

export type Doing =
  | ({ readonly kind: "attempt"; readonly since: number; readonly stands: boolean } & Approach)
  /** `told`: the time was given by who refused us, not chosen by us. */
  | { readonly kind: "wait"; readonly from: number; readonly ms: number; readonly told: boolean }
  /** Nothing happens before a person asks for it. */
  | { readonly kind: "rest" }
  | { readonly kind: "closed" }

export type Approach = {
  /** How long the server may take to greet, and then to say where it works. */
  readonly patienceMs: number
  /** On how many connections it is asked at once; the first that is answered stays. */
  readonly abreast: number
}

type Attempt = Extract<Doing, { kind: "attempt" }>

export type LinkFailure = {
  readonly message: string
  readonly code?: string | undefined
  readonly final?: boolean
  readonly retryAfterMs?: number | undefined
}

export type LinkInput =
  /** The server greeted the subscription of this attempt. */
  | { readonly kind: "stood"; readonly attempt: number }
  | { readonly kind: "ended"; readonly attempt: number; readonly failure: LinkFailure }
  /** The wait is over. */
  | { readonly kind: "timer" }
  | { readonly kind: "retry" }
  /** Somebody looks, the network is back, the clock jumped. `silenceMs`: since the stream's last byte. */
  | { readonly kind: "wake"; readonly silenceMs: number }
  /** The browser says that it lost or found its network. */
  | { readonly kind: "network" }
  | { readonly kind: "close" }

export type Moment = { readonly now: number; readonly random: () => number; readonly online: boolean }

export type LinkEffect =
  | ({ readonly kind: "open"; readonly attempt: number } & Approach)
  | { readonly kind: "end"; readonly attempt: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "stop-waiting" }

/** A live stream that has missed a heartbeat (one every 10 s) is doubted when somebody looks at it. */
export const doubtMs = 13_000
/** An attempt younger than this is not replaced: one click, or waking up, may ask several times. */
export const askedTwiceMs = 1_000
/** A server may need a moment to answer; only an attempt older than this is replaced on waking up. */
export const wakePatienceMs = 4_000
/**
 * Whoever answered before answers soon, or the browser asked on a connection that went dead in silence. It keeps up to
 * six of them and knows of none, so the second attempt asks on as many as there can be.
 */
const hurried: readonly Approach[] = [
  { patienceMs: 3_000, abreast: 1 },
  { patienceMs: 6_000, abreast: 6 },
]
/** For a server that may be starting, or is just slow. */
const calm: Approach = { patienceMs: 10_000, abreast: 1 }
/** A stream that lived this long counts as a success: its loss is retried without a long wait. */
export const settledMs = 10_000
/** How soon a server that is just being started is asked again. */
export const startingMs = 1_000
/** Whoever waits for a start wants to see its end. */
const longestStartingMs = 5_000
/** Nobody tells us to stay away for longer than this. */
export const longestToldMs = 60_000

/** Before anything happened. With `refused`, another tab was told so already, and asking again is for a person. */
export function startLink(now: number, refused?: string): LinkMachine {
  const fresh = { doing: rest, failures: 0, slow: hurried.length, attempts: 0 }
  if (refused === undefined) return open({ ...fresh, state: "connecting" }, now)
  return { ...fresh, state: "refused", reason: refused }
}

export function nextLink(link: LinkMachine, input: LinkInput, at: Moment): LinkMachine {
  if (link.doing.kind === "closed") return link
  switch (input.kind) {
    case "stood":
      if (link.doing.kind !== "attempt" || input.attempt !== link.attempts) return link
      return { ...link, state: "live", reason: undefined, doing: { ...link.doing, stands: true } }
    case "ended":
      if (link.doing.kind !== "attempt" || input.attempt !== link.attempts) return link
      return afterFailure(link, link.doing, input.failure, at)
    case "timer":
      return link.doing.kind === "wait" ? open(link, at.now) : link
    case "retry":
      return retry({ ...link, ...hopeful }, at)
    case "wake":
      return wake(relabel(link, at), input.silenceMs, at)
    case "network":
      return relabel(link, at)
    case "close":
      return { ...link, doing: { kind: "closed" } }
  }
}

/** What has to be done on the way from one to the other. */
export function linkEffects(before: LinkMachine | undefined, after: LinkMachine): LinkEffect[] {
  const effects: LinkEffect[] = []
  const [was, is] = [before?.doing, after.doing]
  if (was?.kind === "wait" && was !== is) effects.push({ kind: "stop-waiting" })
  const replaced = is.kind !== "attempt" || before?.attempts !== after.attempts
  if (before && was?.kind === "attempt" && replaced) effects.push({ kind: "end", attempt: before.attempts })
  if (is.kind === "wait" && was !== is) effects.push({ kind: "wait", ms: is.ms })
  if (is.kind === "attempt" && before?.attempts !== after.attempts)
    effects.push({
      kind: "open",
      attempt: after.attempts,
      patienceMs: is.patienceMs,
      abreast: is.abreast,
    })
  return effects
}

const rest: Doing = { kind: "rest" }
/** Somebody is back, or a stream was well for long: what failed before says nothing any more. */
const hopeful = { failures: 0, slow: 0 }

function open(link: LinkMachine, now: number): LinkMachine {
  const approach = hurried[link.slow] ?? calm
  return {
    ...link,
    doing: { kind: "attempt", since: now, stands: false, ...approach },
    attempts: link.attempts + 1,
  }
}

function retry(link: LinkMachine, at: Moment): LinkMachine {
  const { doing } = link
  if (doing.kind === "rest") return open({ ...link, state: "connecting", reason: undefined }, at.now)
  if (doing.kind === "attempt" && at.now - doing.since < askedTwiceMs) return link
  return replace(link, at)
}

function wake(link: LinkMachine, silenceMs: number, at: Moment): LinkMachine {
  const { doing } = link
  // Nobody changed a password or a policy by looking at the tab.
  if (doing.kind === "rest") return link
  if (doing.kind === "wait") {
    const early = at.now < doing.from + doing.ms
    return doing.told && early ? link : open({ ...link, ...hopeful }, at.now)
  }
  if (
    doing.kind === "attempt" &&
    !(doing.stands ? silenceMs >= doubtMs : at.now - doing.since >= wakePatienceMs)
  )
    return link
  return replace({ ...link, ...hopeful }, at)
}

/** A new attempt instead of whatever runs or is waited for. */
function replace(link: LinkMachine, at: Moment): LinkMachine {
  if (link.state !== "live") return open(link, at.now)
  return open({ ...link, state: at.online ? "retrying" : "offline", reason: "Connecting anew." }, at.now)
}

function afterFailure(before: LinkMachine, attempt: Attempt, failure: LinkFailure, at: Moment): LinkMachine {
  const reason = failure.message
  const link = { ...before, ...countsAfter(before, attempt, at.now) }
  const { failures } = link
  if (failure.final) return { ...link, state: "refused", reason, doing: rest }
  if (failure.code === "local.starting" || failure.code === "sandbox.starting") {
    // Not a failure of anything: the proxy is starting the server, and it takes its time.
    const ms = Math.min(Math.max(startingMs, failure.retryAfterMs ?? 0), longestStartingMs)
    return { ...link, state: "connecting", reason, doing: wait(ms, false, at) }
  }
  const state = at.online ? "retrying" : "offline"
  return { ...link, state, reason, doing: waitAfter(failure, failures, at), failures: failures + 1 }
}

function countsAfter(link: LinkMachine, attempt: Attempt, now: number): typeof hopeful {
  const age = now - attempt.since
  if (attempt.stands && age >= settledMs) return hopeful
  return { failures: link.failures, slow: link.slow + (age >= attempt.patienceMs / 2 ? 1 : 0) }
}

function waitAfter(failure: LinkFailure, failures: number, at: Moment): Doing {
  const ours = backoffMs(failures, at.random)
  if (failure.retryAfterMs === undefined) return wait(ours, false, at)
  // Everybody was told the same time: nobody should come exactly then.
  const told = Math.min(failure.retryAfterMs, longestToldMs) + backoffMs(0, at.random)
  return wait(Math.max(ours, told), true, at)
}

function wait(ms: number, told: boolean, at: Moment): Doing {
  return { kind: "wait", from: at.now, ms, told }
}

function relabel(link: LinkMachine, at: Moment): LinkMachine {
  if (link.state !== "retrying" && link.state !== "offline") return link
  return { ...link, state: at.online ? "retrying" : "offline" }
}
