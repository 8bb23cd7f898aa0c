// What a probe tried, in order and with its time. A step lasts until the next one begins.
import type { Probe, ProbeStep } from "../../shared/probe.ts"

export type StepClock = {
  /** Begins a step; the one before it went well. Beginning the current one again changes nothing. */
  enter: (step: ProbeStep) => void
  current: () => ProbeStep
  /** Everything that was tried; `ok` is about the last one. */
  end: (ok: boolean) => Probe["steps"]
}

export function makeStepClock(first: ProbeStep, now: () => number): StepClock {
  const done: Probe["steps"] = []
  let current = first
  let began = now()
  const close = (ok: boolean) => done.push({ step: current, ok, ms: Math.round(now() - began) })
  return {
    enter(step) {
      if (step === current) return
      close(true)
      current = step
      began = now()
    },
    current: () => current,
    end(ok) {
      close(ok)
      return done
    },
  }
}
