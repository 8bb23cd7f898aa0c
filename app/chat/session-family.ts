// A session and everyone who works for it: sub-agents have sessions of their own, and they ask, too.
import type { Session } from "@opencode-ai/sdk/v2/client"

/** The id itself first, then its descendants. Sessions that are not known yet cannot be in it. */
export function familyOf(sessions: Readonly<Record<string, Session>>, id: string): string[] {
  const family = [id]
  const seen = new Set(family)
  for (let at = 0; at < family.length; at++) {
    for (const session of Object.values(sessions)) {
      if (session.parentID !== family[at] || seen.has(session.id)) continue
      seen.add(session.id)
      family.push(session.id)
    }
  }
  return family
}
