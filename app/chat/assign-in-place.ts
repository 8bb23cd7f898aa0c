// Makes `target` equal to `source` without replacing it: what is on the screen for it stays mounted, an open
// tool card stays open. Nested values are replaced; values that are equal are left alone.

/** What leads from an object to what it shares with others; a server has no business there. */
const shared = new Set<PropertyKey>(["__proto__", "constructor", "prototype"])

export function assignInPlace<T extends object>(target: T, source: T): void {
  for (const key of Object.keys(target) as (keyof T)[]) {
    if (!Object.hasOwn(source, key)) delete target[key]
  }
  for (const key of Object.keys(source) as (keyof T)[]) {
    if (!shared.has(key) && !isSame(target[key], source[key])) target[key] = source[key]
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  return JSON.stringify(a) === JSON.stringify(b)
}
