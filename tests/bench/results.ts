// Everything that was measured, by what it is and in which column.
import type { ColumnName } from "./columns.ts"
import type { Values } from "./scenario.ts"
import { median } from "./statistics.ts"

export class Results {
  readonly #values = new Map<string, number[]>()

  add(column: ColumnName, values: Values): void {
    for (const [key, value] of Object.entries(values)) {
      const known = this.#values.get(`${key} ${column}`)
      if (known) known.push(value)
      else this.#values.set(`${key} ${column}`, [value])
    }
  }

  /** The median of all rounds; undefined for what was not measured. */
  of(key: string, column: ColumnName): number | undefined {
    const values = this.#values.get(`${key} ${column}`)
    return values && median(values)
  }

  has(key: string): boolean {
    return [...this.#values.keys()].some((known) => known.startsWith(`${key} `))
  }
}
