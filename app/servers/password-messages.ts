// What the tabs of one browser tell each other about passwords. Nobody tells one unasked, except when a person has
// just changed it.
import * as v from "valibot"
import { ServerUrlSchema } from "../../shared/servers.ts"
import { SecretSchema } from "./secret.ts"

export const mostAsked = 1_000

export const PasswordMessageSchema = v.variant("kind", [
  v.object({ kind: v.literal("ask"), origins: v.pipe(v.array(ServerUrlSchema), v.maxLength(mostAsked)) }),
  /** An answer, or a change. */
  v.object({ kind: v.literal("have"), origin: ServerUrlSchema, secret: SecretSchema }),
  v.object({ kind: v.literal("signed-out"), origin: ServerUrlSchema, at: v.pipe(v.number(), v.integer()) }),
])

export type PasswordMessage = v.InferOutput<typeof PasswordMessageSchema>
