// What the tabs of one browser tell each other about the health of servers. No password and no user name goes here:
// tabs know by the id of a password whether they have the same.
import * as v from "valibot"
import { openTabChannel, type TabChannel } from "../base/tab-channel.ts"
import type { Server } from "./server.ts"
import { ServerHealthSchema } from "./server-health.ts"

const ResultSchema = v.object({
  key: v.string(),
  health: ServerHealthSchema,
  /** How many looks in a row found it down. */
  down: v.number(),
  /** How old it was when this was posted, milliseconds. */
  ageMs: v.number(),
})
export type SharedHealth = v.InferOutput<typeof ResultSchema>

const MessageSchema = v.variant("kind", [
  /** A tab came into view, and does not know what the others know. */
  v.object({ kind: v.literal("hello") }),
  v.object({ kind: v.literal("known"), results: v.array(ResultSchema) }),
  v.object({ kind: v.literal("result"), result: ResultSchema }),
  /** Somebody is looking; the others need not. */
  v.object({ kind: v.literal("asking"), key: v.string() }),
  /** Whoever looks at this server: do it now. Before the others, when a person waits for it. */
  v.object({ kind: v.literal("wanted"), key: v.string(), urgent: v.boolean() }),
])
export type HealthMessage = v.InferOutput<typeof MessageSchema>
export type HealthChannel = TabChannel<HealthMessage>

export const healthChannelName = "health 1"

export function openHealthChannel(): HealthChannel {
  return openTabChannel(healthChannelName, MessageSchema)
}

/**
 * The same in every tab that would get the same answer. Undefined where that cannot be known: a result that was found
 * with another password is not ours.
 */
export function healthKey(server: Server): string | undefined {
  if (!server.password) return server.url
  return server.credentialId && `${server.url} ${server.credentialId}`
}
