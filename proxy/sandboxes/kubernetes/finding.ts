// What a failure is made of, and what the rules that find one look at.
import type { FailureCode, Remedy, Step } from "../../../shared/sandboxes.ts"
import type { Observation } from "../driver.ts"
import type { SandboxObjects } from "./sandbox-events.ts"

export type Finding = NonNullable<Observation["failure"]>

export type Scene = SandboxObjects & {
  readonly namespace: string
  /** When this run, or the pod that it has now, began: what is older belongs to another one. */
  readonly since: number
  readonly now: number
}

/** Looks for one kind of trouble. */
export type Rule = (scene: Scene) => Finding | undefined

const longestDetails = 8_000

export function finding(
  code: FailureCode,
  step: Step,
  sentence: string,
  remedies: readonly Remedy[],
  options: { details: string | undefined; terminal: boolean },
): Finding {
  const details = (options.details ?? "").trim().slice(0, longestDetails)
  return { code, step, sentence, remedies: [...remedies], details, terminal: options.terminal }
}

export const minute = 60_000
