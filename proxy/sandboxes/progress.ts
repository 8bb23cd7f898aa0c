// From what a driver sees, and whether the server answers, to what a person reads. Pure.
import type { Failure, KeptData, Progress, Sandbox, SandboxState, Step } from "../../shared/sandboxes.ts"
import { sandboxServerUrl } from "../../shared/servers.ts"
import type { Observation } from "./driver.ts"
import type { Health } from "./health-of-start.ts"
import type { Deadlines } from "./idle.ts"
import { plainWords } from "./plain-words.ts"
import { sentenceOf } from "./step-words.ts"

/** One sandbox as far as it can be known now. */
export type Sight = { readonly observation: Observation; readonly health: Health }

export type View = {
  readonly state: SandboxState
  readonly step: Step
  readonly failure: Failure | null
}

const unhealthy: Failure = {
  code: "unhealthy",
  step: "ready",
  sentence:
    "The server listens but does not answer as OpenCode does. Look at its log, or stop it and wake it again.",
  remedies: ["retry", "delete"],
  details: "GET /global/health gave no healthy answer within 60 seconds.",
}

/** Undefined for what is only data, and for what has gone. */
export function viewOf({ observation, health }: Sight): View | undefined {
  const { wanted, leaving, up } = observation
  const view = (state: SandboxState, step: Step, failure: Failure | null = null) => ({ state, step, failure })
  if (wanted === "data") return leaving ? view("deleting", "queued") : undefined
  if (wanted === "nothing") return view("deleting", "queued")
  if (wanted === "stopped") return view(leaving ? "stopping" : "stopped", "queued")
  const { failure } = observation
  if (failure?.terminal) return view("failed", observation.step, toFailure(failure))
  if (up && health === "healthy") return view("ready", "ready")
  if (failure) return view("starting", observation.step, toFailure(failure))
  if (up && health === "unhealthy") return view("failed", "ready", unhealthy)
  // The driver's own last step is over when something listens; ours is over when that answers.
  return view("starting", observation.step === "ready" ? "starting" : observation.step)
}

function toFailure({ terminal: _, ...failure }: NonNullable<Observation["failure"]>): Failure {
  const { sentence, details } = failure
  return { ...failure, sentence: plainWords(sentence), details: plainWords(details) }
}

export function toSandbox(
  observation: Observation,
  view: View,
  deadlines: Deadlines,
  driver: string,
): Sandbox {
  const { record, keepAwakeUntil, usage } = observation
  const { id, name, template, repository, branch, directory } = record
  const { state, step, failure } = view
  return {
    id,
    name,
    owner: record.ownerName,
    driver,
    template,
    repository,
    branch,
    directory,
    state,
    step,
    failure,
    isFresh: observation.isFresh,
    serverUrl: sandboxServerUrl(id),
    createdAt: isoTime(record.createdAt),
    lastActivityAt: isoTime(deadlines.lastActivityAt),
    idleAt: isoOrNull(deadlines.idleAt),
    keepAwakeUntil: isoOrNull(keepAwakeUntil),
    endsAt: isoOrNull(deadlines.endsAt),
    ...(usage && { usage }),
  }
}

export function toKeptData({ record, keptSince, dataBytes }: Observation): KeptData {
  const { id, name, repository, branch, directory, template, createdAt } = record
  return {
    id,
    name,
    repository,
    branch,
    directory,
    template,
    createdAt: isoTime(createdAt),
    keptSince: isoTime(keptSince ?? createdAt),
    ...(dataBytes !== undefined && { bytes: dataBytes }),
  }
}

/** `order`: the steps that the driver has. */
export function toProgress(
  observation: Observation,
  view: View,
  order: readonly Step[],
  usualMs: number | undefined,
): Progress {
  const told = {
    id: observation.record.id,
    state: view.state,
    steps: stepsOf(observation, view, order),
    sentence: sentenceOf(view, observation.detail && plainWords(observation.detail)),
    failure: view.failure,
  }
  return { ...told, ...(usualMs !== undefined && { usualMs }) }
}

function stepsOf(
  { entered, record }: Observation,
  { state, step }: View,
  all: readonly Step[],
): Progress["steps"] {
  const order = all.filter((name) => name !== "cloning" || record.repository !== null)
  const at = state === "ready" ? order.length : order.indexOf(step)
  const runs = state === "starting" || state === "ready" || state === "failed"
  return order.map((name, index) => {
    if (!runs || index > at) return { step: name, is: "waiting" as const }
    const next = order.slice(index + 1).find((later) => entered[later] !== undefined)
    const began = entered[name]
    const ended = index < at && began !== undefined && next ? entered[next] : undefined
    const is = index < at ? "done" : state === "failed" ? "failed" : "current"
    return {
      step: name,
      is,
      ...(began !== undefined && { startedAt: isoTime(began) }),
      ...(ended !== undefined && { endedAt: isoTime(ended) }),
    } as const
  })
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}
