// What the tabs of one browser that are open on the same server, with the same credentials, say to each other. One
// of them holds the event stream; no secret is ever said.
import * as v from "valibot"
import type { Server } from "../servers/server.ts"

/** Tabs with another version of this page do not hear us, nor do they wait for our lock. */
const protocol = 1

/** Only tabs that may see the same share a stream. */
export function linkRoom(server: Pick<Server, "url" | "username" | "credentialId">): string {
  return `link ${protocol} ${server.url} ${server.username ?? ""} ${server.credentialId ?? ""}`
}

const states = ["connecting", "live", "retrying", "offline", "refused"] as const

/** A tab that follows has come, or wants the holder to look whether all is well, as a person would, or to try again. */
const wants = ["join", "look", "wake", "retry"] as const

const common = {
  from: v.string(),
  /** Grows with every holder: what a former one says is recognised. In a `hello`, the highest that was heard. */
  term: v.number(),
}

export const TabMessageSchema = v.variant("kind", [
  v.object({ kind: v.literal("hello"), ...common, want: v.picklist(wants) }),
  /** This tab goes. */
  v.object({ kind: v.literal("bye"), ...common }),
  /** How the holder's link is: at every change, and as the answer to every hello. */
  v.object({
    kind: v.literal("now"),
    ...common,
    state: v.picklist(states),
    reason: v.optional(v.string()),
    /** The stream that stands, if one does, and the number of its last message. */
    stream: v.optional(v.object({ epoch: v.number(), seq: v.number() })),
  }),
  /** Events as they came. Each message has the number after the one before. */
  v.object({
    kind: v.literal("data"),
    ...common,
    epoch: v.number(),
    seq: v.number(),
    data: v.array(v.string()),
  }),
])

export type TabMessage = v.InferOutput<typeof TabMessageSchema>
export type Want = (typeof wants)[number]
export type Now = Extract<TabMessage, { kind: "now" }>
export type Data = Extract<TabMessage, { kind: "data" }>
