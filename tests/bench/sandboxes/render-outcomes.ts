// What was measured on which machine, and which goals are met, as one text.
import { aligned } from "../report.ts"
import type { Finding, Goal, Outcome } from "./outcome.ts"

export type OutcomeReport = {
  machine: readonly string[]
  outcomes: readonly Outcome[]
  /** What could not be run or measured, and why. */
  faults: readonly string[]
}

export function renderOutcomes({ machine, outcomes, faults }: OutcomeReport): string {
  const rows = outcomes.flatMap(({ findings }) => findings).map(rowOf)
  return [
    ...machine,
    ...(rows.length > 0 ? ["", ...aligned([["measured", "value"], ...rows])] : []),
    "",
    ...outcomes.flatMap(({ goals }) => goals).map(verdictOf),
    ...faults,
    "",
  ].join("\n")
}

function rowOf({ label, unit, value, digits }: Finding): string[] {
  const shown = value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return [`${label} (${unit})`, shown]
}

function verdictOf({ says, shown, met }: Goal): string {
  return `${met ? "met   " : "MISSED"}  ${says}: ${shown}`
}
