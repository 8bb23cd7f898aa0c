// Sessions by how recently they were used, as the sidebar shows them.
import type { Session } from "@opencode-ai/sdk/v2/client"

export type GroupName = "Needs you" | "Today" | "Yesterday" | "Earlier"
export type SessionGroup = { name: GroupName; sessions: Session[] }

const order: readonly GroupName[] = ["Needs you", "Today", "Yesterday", "Earlier"]

/** Keeps the order of `sessions` inside each group; leaves out empty groups. Days are the person's own. */
export function groupSessions(
  sessions: readonly Session[],
  needsYou: (id: string) => boolean,
  now: number,
): SessionGroup[] {
  const today = new Date(now).setHours(0, 0, 0, 0)
  const yesterday = new Date(today - 1).setHours(0, 0, 0, 0)
  const nameOf = (session: Session): GroupName => {
    if (needsYou(session.id)) return "Needs you"
    if (session.time.updated >= today) return "Today"
    return session.time.updated >= yesterday ? "Yesterday" : "Earlier"
  }
  return order
    .map((name) => ({ name, sessions: sessions.filter((session) => nameOf(session) === name) }))
    .filter((group) => group.sessions.length > 0)
}

/** The titles that more than one of these sessions has. */
export function sharedTitles(sessions: readonly Session[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const title of sessions.map(titleOf)) {
    if (seen.has(title)) shared.add(title)
    seen.add(title)
  }
  return shared
}

/** "14:02" on the same day, "12 Nov" otherwise, in the person's own language. */
export function timeOf(session: Session, now: number, locale?: string): string {
  const time = new Date(session.time.updated)
  const today = new Date(now).toDateString() === time.toDateString()
  return today
    ? time.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString(locale, { day: "numeric", month: "short" })
}

/** OpenCode names a session after its first answer; until then the title is a date. */
export function titleOf(session: Session): string {
  const title = session.title.trim()
  return title === "" || /^(New|Child) session - \d{4}-/.test(title) ? "New session" : title
}
