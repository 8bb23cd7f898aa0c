// What is known of every sandbox now: what the driver sees, whether its server answers, and when it has to stop.
import { Problem } from "../../shared/problems.ts"
import type { Driver, Observation } from "./driver.ts"
import type { HealthOfStart } from "./health-of-start.ts"
import { type Deadlines, deadlinesOf, type LifeRules } from "./idle.ts"
import type { IntentBuffer } from "./intent-buffer.ts"
import type { Owner } from "./owner.ts"
import { type View, viewOf } from "./progress.ts"
import { notSeenYet, unknownSandbox } from "./refusals.ts"
import type { Template } from "./templates/template.ts"

export type LookDeps = {
  driver: Pick<Driver, "seen" | "unavailable">
  /** Whether everything that exists has been seen once. */
  isReady: () => boolean
  health: Pick<HealthOfStart, "of">
  intents: Pick<IntentBuffer, "at">
  findTemplate: (id: string) => Template | undefined
  /** For sandboxes whose template has gone. */
  idleAfterSeconds: number | null
}

export type Seen = { readonly observation: Observation; readonly view: View }

export type Look = {
  /** Throws `sandbox.starting`. */
  requireReady: () => void
  /** Undefined for what is no sandbox (any more). */
  at: (id: string) => Seen | undefined
  /** Throws `sandbox.unknown`, also for somebody else's: to others a sandbox does not exist. */
  own: (owner: Owner, id: string) => Seen
  deadlines: (observation: Observation) => Deadlines
  /** Throws `sandbox.unavailable` when the operator took its template away. */
  templateOf: (observation: Observation) => Template
}

export function makeLook(deps: LookDeps): Look {
  const { driver, isReady, health, intents, findTemplate, idleAfterSeconds } = deps

  function at(id: string): Seen | undefined {
    const observation = driver.seen.get(id)
    const view = observation && viewOf({ observation, health: health.of(id) })
    return view && { observation, view }
  }

  function rulesOf(template: Template | undefined): LifeRules {
    const idleAfter = template ? template.idleAfterSeconds : idleAfterSeconds
    const life = template?.maximumLifeSeconds ?? null
    return {
      idleAfterMs: idleAfter === null ? null : idleAfter * 1_000,
      maximumLifeMs: life === null ? null : life * 1_000,
    }
  }

  function requireReady(): void {
    if (!isReady()) throw notSeenYet(driver.unavailable())
  }

  return {
    at,
    requireReady,
    own(owner, id) {
      requireReady()
      const seen = at(id)
      if (seen?.observation.record.owner !== owner.hash) throw unknownSandbox()
      return seen
    },
    deadlines: (observation) =>
      deadlinesOf(
        observation,
        rulesOf(findTemplate(observation.record.template)),
        intents.at(observation.record.id),
      ),
    templateOf({ record }) {
      const template = findTemplate(record.template)
      if (template) return template
      const detail = `Its template “${record.template}” is no longer offered here. Ask whoever runs this installation.`
      throw new Problem("sandbox.unavailable", detail)
    },
  }
}
