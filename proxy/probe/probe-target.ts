// One probe: policy → name → connection → TLS → HTTP → OpenCode → version → password, up to the first that fails.
import type { Probe } from "../../shared/probe.ts"
import { Problem } from "../../shared/problems.ts"
import { localServerUrl } from "../../shared/servers.ts"
import type { Target } from "../forward/target.ts"
import { type AskDeps, makeAskTarget } from "./ask-target.ts"
import { countWork } from "./count-work.ts"
import { findingOf } from "./failure-words.ts"
import { Obstacle } from "./finding.ts"
import { type ReachDeps, reachTarget } from "./reach-target.ts"
import { recognise } from "./recognise.ts"
import { orTlsProblem } from "./speaks-tls.ts"
import { makeStepClock, type StepClock } from "./step-clock.ts"

export type ProbeDeps = ReachDeps & AskDeps & { now: () => number; countMs: number }

export type Question = {
  /** Throws a Problem for a server that is not allowed. */
  name: () => Target
  /** Holds a place among the client's probes; gives what returns it. Throws a Problem when there is none. */
  enter: () => () => void
  beforeLookup: () => Promise<void>
  user: string | null
  authorization: string | undefined
  requestId: string
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
  /** Told the code of what was found wrong, where it has one. */
  onProblem: (problem: Problem) => void
}

/** Rejects with a Problem when nobody was asked, and with the reason of `question.signal`. */
export async function probeTarget(question: Question, deps: ProbeDeps): Promise<Probe> {
  const steps = makeStepClock("policy", deps.now)
  const stop = new AbortController()
  const late = new Problem("target.timeout", "No answer in time.")
  const timer = setTimeout(() => stop.abort(late), deps.probeMs)
  const signal = AbortSignal.any([question.signal, stop.signal])
  let target: Target | undefined
  let leave: (() => void) | undefined
  try {
    target = question.name()
    leave = question.enter()
    return await examine(target, question, deps, steps, signal)
  } catch (error) {
    question.signal.throwIfAborted()
    const isManaged = target !== undefined && deps.managed.has(target.origin)
    const at = { target, isManaged, step: steps.current(), seconds: Math.round(deps.probeMs / 1_000) }
    if (error instanceof Obstacle) return { ...error.finding, steps: steps.end(false) }
    const finding = error instanceof Problem ? findingOf(error, at) : undefined
    if (!finding) throw error
    question.onProblem(error as Problem)
    return { ...finding, steps: steps.end(false) }
  } finally {
    clearTimeout(timer)
    leave?.()
    // Whatever is still open at the target was for this probe alone.
    stop.abort(late)
  }
}

async function examine(
  target: Target,
  question: Question,
  deps: ProbeDeps,
  steps: StepClock,
  signal: AbortSignal,
): Promise<Probe> {
  const { authorization, requestId, user, beforeLookup } = question
  const route = await reachTarget(target, deps, { steps, signal, user, beforeLookup })
  const ask = makeAskTarget(deps, { route, authorization, requestId, signal })
  const password = route.authorization ? "ours" : authorization ? "person" : "none"
  const remedy = target.origin === localServerUrl ? "Restart Sandbar." : "Stop it, then wake it."
  const ours = { name: route.name, remedy }
  const finding = await recognise(ask, { steps, now: deps.now, password, ours }).catch(
    async (error: unknown) => {
      if (!(error instanceof Problem) || deps.managed.has(target.origin)) throw error
      throw await orTlsProblem(error, route, deps.shakeHands, signal)
    },
  )
  const tried = steps.end(true)
  const patience = AbortSignal.any([signal, AbortSignal.timeout(deps.countMs)])
  return { ...finding, ...(await countWork(ask, patience)), steps: tried }
}
