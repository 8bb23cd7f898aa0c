// What the UI needs to know at start; answered by GET api/config.
import * as v from "valibot"
import { ProvidedServerSchema } from "./servers.ts"

export const UiConfigSchema = v.object({
  version: v.string(),
  /** Servers offered to everyone, the default one first. */
  servers: v.array(ProvidedServerSchema),
  /** Host patterns and origins a person may add, as the operator wrote them: a hint for error messages. */
  allowedTargets: v.array(v.string()),
  /** Who the gateway says the person is; null without an identity source. */
  user: v.nullable(v.string()),
  /** Whether sandboxes can be spawned here. */
  spawning: v.optional(v.boolean()),
})
export type UiConfig = v.InferOutput<typeof UiConfigSchema>
