// A prompt between the person and the server. It keeps its ids, whoever sends it and however often: OpenCode stores
// a prompt with the same id once (measured: twice at once, while it is answered and after it was answered).
import * as v from "valibot"
import type { Server } from "../servers/server.ts"
import type { Prompt } from "./chat.ts"

export const OutboxEntrySchema = v.object({
  messageID: v.string(),
  partID: v.string(),
  /** Where it was to go when it was written, and as whom; a server's id knows neither scheme nor person. */
  url: v.string(),
  username: v.string(),
  /** Absent until the session exists. */
  sessionID: v.optional(v.string()),
  /** For a session that does not exist yet: the prompts that share this go into the same one. */
  opens: v.optional(v.string()),
  /** The session may have been created already: it carries `opens`. */
  creating: v.optional(v.boolean()),
  /** When the last request for it left, in milliseconds since 1970. */
  leftAt: v.optional(v.number()),
  /** Tries in a row that brought no answer, and when any tab may try again. */
  tries: v.optional(v.number()),
  tryAt: v.optional(v.number()),
  text: v.string(),
  agent: v.optional(v.string()),
  model: v.optional(v.object({ providerID: v.string(), modelID: v.string() })),
  createdAt: v.number(),
  /** Which tab took it; without locks, only that one sends it. */
  tab: v.string(),
  /** `sending`: it may have arrived. `back`: it becomes a draft again, in the tab that shows its session. */
  state: v.picklist(["waiting", "sending", "back"]),
  /** The person wants it back, and it may have arrived: it is looked for, and not sent again. */
  cancelled: v.optional(v.boolean()),
  /** Why it comes back; absent when the person cancelled it. */
  reason: v.optional(v.string()),
})

export type StoredEntry = v.InferOutput<typeof OutboxEntrySchema>

/** `unkept`: the browser's storage refused it, so it lives as long as this tab. */
export type OutboxEntry = StoredEntry & { unkept?: boolean }

/** Another password is still the same person. */
export type Owner = Pick<StoredEntry, "url" | "username">

export function ownerOf(server: Pick<Server, "url" | "username">): Owner {
  return { url: server.url, username: server.username ?? "" }
}

/** Nobody expects a prompt of the day before to start working by itself; it becomes a draft again. */
const freshMs = 24 * 3_600_000

export function isStale(entry: OutboxEntry, now: number): boolean {
  return now - entry.createdAt > freshMs
}

/** A request that nobody waits for any more may still be on its way for so long. */
export const underWayMs = 2_000

/** How long until looking for it on the server tells something, in milliseconds. */
export function underWayFor(entry: Pick<OutboxEntry, "leftAt">, now: number): number {
  if (entry.leftAt === undefined) return 0
  return Math.min(Math.max(entry.leftAt + underWayMs - now, 0), underWayMs)
}

/** What is said one after the other: a session, or one that does not exist yet. */
export function conversationOf(entry: OutboxEntry): string | undefined {
  return entry.sessionID ?? entry.opens
}

/** In the order in which they are to be sent; the second of a conversation waits for the first. */
export function firstOfEach(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const seen = new Set<string | undefined>()
  const first: OutboxEntry[] = []
  for (const entry of entries) {
    if (entry.state === "back") continue
    if (!seen.has(conversationOf(entry))) first.push(entry)
    seen.add(entry.sessionID).add(entry.opens ?? entry.sessionID)
  }
  return first
}

/** `place`: the session; or, for one that does not exist yet, what is known of it. */
export type Place = Pick<OutboxEntry, "sessionID" | "opens" | "creating">

export function makeEntry(
  ids: Owner & Pick<OutboxEntry, "messageID" | "partID" | "tab" | "createdAt">,
  place: Place,
  prompt: Prompt,
): OutboxEntry {
  const { sessionID, opens, creating } = place
  const { text, agent, model } = prompt
  return { ...ids, sessionID, opens, creating, text, agent, model, state: "waiting" }
}
