// The noun "Template": what an operator offers to spawn, as far as the UI needs it. Answered by GET api/sandboxes/offer.
import * as v from "valibot"
import { drivers } from "./sandboxes.ts"

export const OfferedTemplateSchema = v.object({
  id: v.string(),
  title: v.string(),
  description: v.string(),
  /** As a person reads them: `2 CPUs`, `4 GiB`, `10 GiB`; absent where nothing is limited. */
  cpu: v.optional(v.string()),
  memory: v.optional(v.string()),
  storage: v.optional(v.string()),
  image: v.optional(v.string()),
  /** Hosts that repositories may come from; empty: any public host. */
  gitHosts: v.array(v.string()),
  /** Seconds; null: never. */
  idleAfterSeconds: v.nullable(v.number()),
  maximumLifeSeconds: v.nullable(v.number()),
  /** What an operator wants people to know; plain text. */
  notes: v.optional(v.string()),
})
export type OfferedTemplate = v.InferOutput<typeof OfferedTemplateSchema>

export const OfferSchema = v.object({
  driver: v.picklist(drivers),
  templates: v.array(OfferedTemplateSchema),
  /** Whether a sandbox can work in an existing directory of the machine that Sandbar runs on. */
  localDirectories: v.boolean(),
  /** The one in which the local server works: a sandbox there changes the same files. */
  sharedDirectory: v.optional(v.string()),
  /** Whether repositories may come over plain http too: for tests on one machine. */
  plainHttp: v.optional(v.boolean()),
  /** What separates a sandbox from others and from the machine, in one sentence. */
  isolation: v.object({ is: v.picklist(["none", "container", "pod"]), sentence: v.string() }),
  /** Why nothing can be spawned now, for a person; absent when it can. */
  unavailable: v.optional(v.string()),
})
export type Offer = v.InferOutput<typeof OfferSchema>

/** GET api/sandboxes/branches?repository=…&template=… */
export const BranchesSchema = v.object({
  branches: v.array(v.string()),
  /** The remote's HEAD. */
  default: v.nullable(v.string()),
  /** True when the remote has more than we list. */
  more: v.boolean(),
})
export type Branches = v.InferOutput<typeof BranchesSchema>
