// GET /global/health of OpenCode. Every unknown path answers 200 text/html there, so the body decides.
import * as v from "valibot"

export const HealthSchema = v.object({ healthy: v.literal(true), version: v.string() })
export type Health = v.InferOutput<typeof HealthSchema>
