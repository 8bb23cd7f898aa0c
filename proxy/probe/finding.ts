// What a probe found, before its steps are added.
import type { Probe, ProbeVerdict } from "../../shared/probe.ts"

export type Finding = Omit<Probe, "steps">

/** Ends a probe at the current step: the server answers, and is not what a person hoped for. */
export class Obstacle extends Error {
  readonly finding: Finding

  constructor(verdict: Exclude<ProbeVerdict, "healthy">, sentence: string, version?: string) {
    super(sentence)
    this.name = "Obstacle"
    this.finding = { verdict, sentence, ...(version ? { version } : {}) }
  }
}
