// What a probe found out about a server, and how a person reads it. Tabs tell each other, so it has a schema.
import * as v from "valibot"
import { type Probe, ProbeSchema } from "../../shared/probe.ts"
import type { DotKind } from "../ui/dot.tsx"

const StepsSchema = v.optional(ProbeSchema.entries.steps)
const count = v.optional(v.number())

export const ServerHealthSchema = v.variant("kind", [
  v.object({ kind: v.literal("checking") }),
  v.object({
    kind: v.literal("healthy"),
    version: v.string(),
    /** Absent after the first look, see `withoutFirstLatency`. */
    latencyMs: v.optional(v.number()),
    /** Sessions at work that wait for nobody, and asks that wait for a person; absent where the server does not say. */
    running: count,
    waiting: count,
    steps: StepsSchema,
  }),
  v.object({
    kind: v.picklist(["needs-password", "wrong-password"]),
    reason: v.optional(v.string()),
    steps: StepsSchema,
  }),
  v.object({
    // Foreign: something else than OpenCode answers. Forbidden: the proxy does not go there.
    kind: v.picklist(["starting", "stopped", "unsupported", "foreign", "forbidden"]),
    reason: v.string(),
    steps: StepsSchema,
  }),
  v.object({
    kind: v.literal("failed"),
    reason: v.string(),
    steps: StepsSchema,
    /** The question did not get as far as Sandbar's proxy: this says nothing about the server. */
    unasked: v.optional(v.boolean()),
    /** Too much was asked: for how long the proxy wants to hear no more of it. Milliseconds. */
    retryMs: v.optional(v.number()),
  }),
  /** The gateway in front of Sandbar does not know this person any more. */
  v.object({ kind: v.literal("signed-out"), reason: v.string() }),
])
export type ServerHealth = v.InferOutput<typeof ServerHealthSchema>
export type HealthStep = Probe["steps"][number]

const dots = {
  checking: "checking",
  healthy: "ok",
  "needs-password": "locked",
  "wrong-password": "locked",
  starting: "checking",
  stopped: "asleep",
  unsupported: "failed",
  foreign: "failed",
  forbidden: "failed",
  failed: "failed",
  "signed-out": "locked",
} as const satisfies Record<ServerHealth["kind"], DotKind>

export function healthDot(health: ServerHealth): DotKind {
  return dots[health.kind]
}

const words = {
  checking: "Checking",
  healthy: "Healthy",
  "needs-password": "Needs a password",
  "wrong-password": "Wrong password",
  starting: "Starting",
  stopped: "Asleep",
  unsupported: "Unsupported version",
  foreign: "Not OpenCode",
  forbidden: "Not allowed",
  failed: "Not reachable",
  "signed-out": "Signed out",
} as const satisfies Record<ServerHealth["kind"], string>

/** Two words for the dot. */
export function healthWords(health: ServerHealth): string {
  return words[health.kind]
}

/** What is wrong and what to do; undefined while nothing is. */
export function healthSentence(health: ServerHealth): string | undefined {
  switch (health.kind) {
    case "checking":
    case "healthy":
      return undefined
    case "needs-password":
      return health.reason || "This server needs a password."
    case "wrong-password":
      return health.reason || "The server refused the user name or the password. Check both."
    default:
      return health.reason
  }
}

/** A password would open it. */
export function isLocked(health: ServerHealth): boolean {
  return health.kind === "needs-password" || health.kind === "wrong-password"
}

/** Waiting does not help: a person has to change something first. */
export function isShut(health: ServerHealth): boolean {
  return (
    isLocked(health) || ["stopped", "unsupported", "foreign", "forbidden", "signed-out"].includes(health.kind)
  )
}

/** Asks that wait for a person there; 0 where nobody knows. */
export function waitingCount(health: ServerHealth): number {
  return health.kind === "healthy" ? (health.waiting ?? 0) : 0
}

export function runningCount(health: ServerHealth): number {
  return health.kind === "healthy" ? (health.running ?? 0) : 0
}

export function waitingWords(waiting: number): string {
  return waiting === 1 ? "1 waits for you" : `${waiting} wait for you`
}

/**
 * The first answer after trouble, or ever, also took a look-up, a new connection and a server that has just woken:
 * it says nothing about how long the next one will take.
 */
export function withoutFirstLatency(health: ServerHealth, before: ServerHealth | undefined): ServerHealth {
  if (health.kind !== "healthy" || before?.kind === "healthy") return health
  const { latencyMs: _first, ...rest } = health
  return rest
}
