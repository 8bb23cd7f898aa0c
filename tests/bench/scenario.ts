// One thing to measure: in every column, in several rounds, one column after the other.
import type { Column, ColumnName } from "./columns.ts"
import type { Generator } from "./load.ts"

export type Measure = { key: string; label: string; unit: string; digits: number }
/** By the key of a measure. */
export type Values = Record<string, number>

export type Bench = { generator: Generator; quick: boolean }

export type Scenario = {
  name: string
  columns: readonly ColumnName[]
  measures: readonly Measure[]
  rounds: number
  /** Every round in a process of its own: memory that was used once stays with a process. */
  fresh?: boolean
  /** Before the first round, so that the code in question is compiled. */
  warmUp?: (column: Column, bench: Bench) => Promise<void>
  run: (column: Column, bench: Bench) => Promise<Values>
}
