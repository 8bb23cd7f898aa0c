// The one table: medians, how Sandbar compares with nginx, and whether each goal is met.
import type { ColumnName } from "./columns.ts"
import { goals } from "./goals.ts"
import type { Results } from "./results.ts"
import type { Measure, Scenario } from "./scenario.ts"

export type Report = {
  machine: readonly string[]
  scenarios: readonly Scenario[]
  columns: readonly ColumnName[]
  results: Results
  /** What could not be measured, and why. */
  faults: readonly string[]
}

export function render({ machine, scenarios, columns, results, faults }: Report): string {
  const header = ["median of all rounds", ...columns, "sandbar/nginx"]
  const rows = scenarios
    .flatMap(({ measures }) => measures)
    .filter(({ key }) => results.has(key))
    .map((measure) => rowOf(measure, columns, results))
  return [
    ...machine,
    "",
    ...aligned([header, ...rows]),
    "",
    ...verdicts(results, scenarios),
    ...(faults.length > 0 ? ["", "Not measured:", ...faults.map((fault) => `  ${fault}`)] : []),
    "",
  ].join("\n")
}

function rowOf(measure: Measure, columns: readonly ColumnName[], results: Results): string[] {
  const cells = columns.map((column) => cell(results.of(measure.key, column), measure.digits))
  const ours = results.of(measure.key, "sandbar")
  const nginx = results.of(measure.key, "nginx")
  const ratio = ours !== undefined && nginx ? (ours / nginx).toFixed(2) : "–"
  return [measure.unit ? `${measure.label} (${measure.unit})` : measure.label, ...cells, ratio]
}

function cell(value: number | undefined, digits: number): string {
  if (value === undefined || !Number.isFinite(value)) return "–"
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function verdicts(results: Results, scenarios: readonly Scenario[]): string[] {
  const asked = goals.filter((goal) => scenarios.some(({ name }) => name === goal.scenario))
  return asked.map(({ says, value, shown, met }) => {
    const reached = value(results)
    if (reached === undefined) return `–       ${says}: not measured`
    return `${met(reached) ? "met   " : "MISSED"}  ${says}: ${shown(reached)}`
  })
}

export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join(" | ")} |`
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`
  return rows.flatMap((row, i) => (i === 0 ? [line(row), rule] : [line(row)]))
}
