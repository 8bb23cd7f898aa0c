// The noun "Sandbox": something that Sandbar started and that runs an OpenCode server. Times are ISO 8601 in UTC.
import * as v from "valibot"
import { ServerUrlSchema, sandboxIdShape } from "./servers.ts"

export const SandboxIdSchema = v.pipe(v.string(), v.regex(sandboxIdShape))

export const drivers = ["process", "kubernetes"] as const
export type DriverName = (typeof drivers)[number]

/** What a person sees a start go through, in this order. A step that a driver does not have is left out. */
export const steps = ["queued", "volume", "scheduled", "pulling", "cloning", "starting", "ready"] as const
export type Step = (typeof steps)[number]

/**
 * `starting`: on its way, see its progress. `stopping` and `deleting` end by themselves. `stopped`: asleep, its data
 * is kept. `failed`: a person has to do something, see `problem`.
 */
export const sandboxStates = ["starting", "ready", "stopping", "stopped", "failed", "deleting"] as const
export type SandboxState = (typeof sandboxStates)[number]

/** What helps against a failure; the UI makes a button of each. */
export const remedies = ["retry", "edit", "free", "wait", "operator", "force", "delete"] as const
export type Remedy = (typeof remedies)[number]

export const failureCodes = [
  "quota",
  "policy",
  "volume",
  "capacity",
  "image",
  "clone",
  "disk-full",
  "out-of-memory",
  "crash",
  "unhealthy",
  "node-lost",
  "gone",
  "timeout",
  "driver",
] as const
export type FailureCode = (typeof failureCodes)[number]

export const FailureSchema = v.object({
  /** A newer proxy may know more; the sentence says what it is. */
  code: v.fallback(v.picklist(failureCodes), "driver"),
  step: v.picklist(steps),
  /** What happened and what to do, for a person. */
  sentence: v.string(),
  /** Most helpful first. */
  remedies: v.array(v.picklist(remedies)),
  /** The system's own words, for "copy details". Several lines, at most 8 KiB, without secrets. */
  details: v.string(),
})
export type Failure = v.InferOutput<typeof FailureSchema>

const TimeSchema = v.pipe(v.string(), v.isoTimestamp())

export const UsageSchema = v.object({
  /** Cores in use: 0.5 is half a core. */
  cpu: v.number(),
  memoryBytes: v.number(),
  memoryLimitBytes: v.optional(v.number()),
})
export type Usage = v.InferOutput<typeof UsageSchema>

export const SandboxSchema = v.object({
  id: SandboxIdSchema,
  name: v.string(),
  /** As the identity source writes it; null where there is none. */
  owner: v.nullable(v.string()),
  driver: v.string(),
  template: v.string(),
  /** An https address, or null for an empty or a local directory. */
  repository: v.nullable(v.string()),
  /** Null: the remote's own default. */
  branch: v.nullable(v.string()),
  /** An existing directory of this machine; only where the driver says so. */
  directory: v.nullable(v.string()),
  state: v.picklist(sandboxStates),
  step: v.picklist(steps),
  failure: v.nullable(FailureSchema),
  /**
   * It was never ready and began without data: cancelling may remove all of it. An older proxy does not know, which is as
   * good as no.
   */
  isFresh: v.optional(v.boolean(), false),
  /** What the picker adds as a server. */
  serverUrl: ServerUrlSchema,
  createdAt: TimeSchema,
  lastActivityAt: TimeSchema,
  /** When it will be stopped if nothing happens; null while it does not run or never stops by itself. */
  idleAt: v.nullable(TimeSchema),
  /** Until when a person asked to keep it awake. */
  keepAwakeUntil: v.nullable(TimeSchema),
  /** The end of its maximum life; null where there is none. */
  endsAt: v.nullable(TimeSchema),
  usage: v.optional(UsageSchema),
})
export type Sandbox = v.InferOutput<typeof SandboxSchema>

/** What a deleted sandbox left behind. Adopted by spawning with `adopt`, deleted with its name typed. */
export const KeptDataSchema = v.object({
  id: SandboxIdSchema,
  name: v.string(),
  repository: v.nullable(v.string()),
  branch: v.nullable(v.string()),
  /** The directory of this machine that it worked in; not told by an older proxy. */
  directory: v.optional(v.nullable(v.string()), null),
  template: v.string(),
  createdAt: TimeSchema,
  keptSince: TimeSchema,
  /** Bytes in use, or of the volume where nothing else is known. */
  bytes: v.optional(v.number()),
})
export type KeptData = v.InferOutput<typeof KeptDataSchema>

export const SandboxListSchema = v.object({
  sandboxes: v.array(SandboxSchema),
  data: v.array(KeptDataSchema),
  /** How many sandboxes this person may have, kept data not counted. */
  most: v.number(),
})
export type SandboxList = v.InferOutput<typeof SandboxListSchema>

/** One start, told step by step: each event of `GET api/sandboxes/:id/progress`. */
export const ProgressSchema = v.object({
  id: SandboxIdSchema,
  state: v.picklist(sandboxStates),
  steps: v.array(
    v.object({
      step: v.picklist(steps),
      is: v.picklist(["waiting", "current", "done", "failed"]),
      startedAt: v.optional(TimeSchema),
      endedAt: v.optional(TimeSchema),
    }),
  ),
  /** What happens now, in words. */
  sentence: v.string(),
  failure: v.nullable(FailureSchema),
  /** Milliseconds that earlier starts of this template took from the first step to ready (median); absent at first. */
  usualMs: v.optional(v.number()),
})
export type Progress = v.InferOutput<typeof ProgressSchema>

const NameSchema = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60), v.regex(/^[^\p{C}]*$/u))

export const SpawnRequestSchema = v.strictObject({
  template: v.string(),
  name: NameSchema,
  repository: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(2_048)))),
  branch: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(255)))),
  directory: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(4_096)))),
  /** The id of kept data that the new sandbox goes on with. */
  adopt: v.optional(SandboxIdSchema),
})
export type SpawnRequest = v.InferOutput<typeof SpawnRequestSchema>

export const ChangeRequestSchema = v.strictObject({
  name: v.optional(NameSchema),
  /** Seconds from now; 0 ends it. */
  keepAwakeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7 * 86_400))),
})
export type ChangeRequest = v.InferOutput<typeof ChangeRequestSchema>

/** `DELETE api/sandboxes/:id`: without a body the data is kept. */
export const DeleteRequestSchema = v.strictObject({
  data: v.picklist(["keep", "delete"]),
  /** The sandbox's name as the person typed it; needed to delete data, but for a sandbox that is fresh. */
  name: v.optional(v.string()),
})
export type DeleteRequest = v.InferOutput<typeof DeleteRequestSchema>
