// Which keys a sandbox has after a start. The person's own are carried into it and renewed; what was signed in to, changed
// or removed inside is the sandbox's own from then on. Told apart by what was carried the last time.
import { createHash } from "node:crypto"

/** By the id of a provider: its key, its tokens. */
export type Keys = Readonly<Record<string, unknown>>
/** By the id of a provider: a hash of what was carried. */
export type Carried = Readonly<Record<string, string>>

/** `inside`: undefined where the sandbox has no file; then everything is carried anew. */
export function mergeKeys(
  own: Keys,
  inside: Keys | undefined,
  carried: Carried,
): { keys: Keys; carried: Carried } {
  if (inside === undefined) return { keys: own, carried: mapped(own, hashOf) }
  // Maps, because an id may be called like what every object has.
  const keys = new Map(Object.entries(inside))
  const before = new Map(Object.entries(carried))
  const after = new Map(before)
  const wanted = new Map(Object.entries(own))
  for (const id of new Set([...wanted.keys(), ...before.keys()])) {
    const is = keys.has(id) ? hashOf(keys.get(id)) : undefined
    const renewed = wanted.has(id) ? hashOf(wanted.get(id)) : undefined
    // Never there, still as it was carried, or the same by chance.
    if (is !== before.get(id) && is !== renewed) continue
    if (renewed === undefined) {
      keys.delete(id)
      after.delete(id)
    } else {
      keys.set(id, wanted.get(id))
      after.set(id, renewed)
    }
  }
  return { keys: Object.fromEntries(keys), carried: Object.fromEntries(after) }
}

/** Each value is looked at once, and nothing below the last level. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each))
}

function hashOf(key: unknown): string {
  return createHash("sha256").update(inOrder(key)).digest("base64url")
}

/** Whoever writes the file anew may order its fields otherwise. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  )
}

function mapped(keys: Keys, map: (key: unknown) => string): Carried {
  return Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, map(key)]))
}
