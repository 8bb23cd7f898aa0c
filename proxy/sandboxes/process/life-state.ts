// What is known of a sandbox beside its file, and the observation that both make.
import type { Failure, Step, Usage } from "../../../shared/sandboxes.ts"
import type { Observation } from "../driver.ts"
import type { SandboxFile } from "./stored-files.ts"

export type LifeState = {
  readonly up: boolean
  readonly leaving: boolean
  readonly step: Step
  readonly entered: Readonly<Partial<Record<Step, number>>>
  readonly detail: string | undefined
  readonly failure: (Failure & { readonly terminal: boolean }) | undefined
  readonly startedAt: number | undefined
  readonly usage: Usage | undefined
  readonly dataBytes: number | undefined
}

/** Nothing runs, nothing is known. */
export const resting: LifeState = {
  up: false,
  leaving: false,
  step: "queued",
  entered: {},
  detail: undefined,
  failure: undefined,
  startedAt: undefined,
  usage: undefined,
  dataBytes: undefined,
}

export function observe(file: SandboxFile, state: LifeState): Observation {
  const { detail, failure, startedAt, usage, dataBytes } = state
  return {
    record: file.record,
    wanted: file.wanted,
    up: state.up,
    leaving: state.leaving,
    step: state.step,
    entered: state.entered,
    ...(detail !== undefined && { detail }),
    ...(failure !== undefined && { failure }),
    intentAt: file.intentAt,
    keepAwakeUntil: file.keepAwakeUntil,
    ...(startedAt !== undefined && { startedAt }),
    ...(file.wanted === "data" && file.keptSince !== undefined && { keptSince: file.keptSince }),
    ...(dataBytes !== undefined && { dataBytes }),
    ...(usage !== undefined && { usage }),
    isFresh: file.isFresh === true,
    version: String(file.version),
  }
}
