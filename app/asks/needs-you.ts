// How many asks wait where: sub-agents ask under their own session, the person looks at the one above.
import type { Ask } from "./ask.ts"

/** Asks by root session. `parentOf` answers undefined for a root or for a session that is not known yet. */
export function needsYou(
  asks: readonly Ask[],
  parentOf: (sessionID: string) => string | undefined,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const ask of asks) {
    const root = rootOf(ask.request.sessionID, parentOf)
    counts.set(root, (counts.get(root) ?? 0) + 1)
  }
  return counts
}

export function rootOf(sessionID: string, parentOf: (id: string) => string | undefined): string {
  const seen = new Set<string>()
  let id = sessionID
  // A ring of parents cannot come from a sound server, but must not hang the page either.
  for (let parent = parentOf(id); parent !== undefined && !seen.has(parent); parent = parentOf(id)) {
    seen.add(id)
    id = parent
  }
  return id
}
