// Records whose keys somebody else chose: a server, a URL, the storage.

/**
 * A record without a prototype. In a plain `{}` the keys `__proto__` and `constructor` are there already, and
 * writing into what stands under them writes into every object of the page.
 */
export function bareRecord<T>(from: Readonly<Record<string, T>> = {}): Record<string, T> {
  const record: Record<string, T> = Object.create(null)
  for (const [key, value] of Object.entries(from)) record[key] = value
  return record
}

export function withoutKey<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const others = bareRecord(record)
  delete others[key]
  return others
}

/** What stands under `key` in a table of ours; nothing is inherited. */
export function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
