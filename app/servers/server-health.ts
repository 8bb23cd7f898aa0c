// What a probe found out about a server, and how a person reads it.
import type { DotKind } from "../ui/dot.tsx"

export type ServerHealth =
  | { kind: "checking" }
  | { kind: "healthy"; version: string; latencyMs: number }
  | { kind: "needs-password" }
  | { kind: "wrong-password" }
  | { kind: "starting"; reason: string }
  | { kind: "unsupported"; reason: string }
  /** Something else than OpenCode answers. */
  | { kind: "foreign"; reason: string }
  /** The proxy does not go there. */
  | { kind: "forbidden"; reason: string }
  | { kind: "failed"; reason: string }

const dots = {
  checking: "checking",
  healthy: "ok",
  "needs-password": "locked",
  "wrong-password": "locked",
  starting: "checking",
  unsupported: "failed",
  foreign: "failed",
  forbidden: "failed",
  failed: "failed",
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
  unsupported: "Unsupported version",
  foreign: "Not OpenCode",
  forbidden: "Not allowed",
  failed: "Not reachable",
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
      return "This server needs a password."
    case "wrong-password":
      return "The server refused the user name or the password. Check both."
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
  return isLocked(health) || ["unsupported", "foreign", "forbidden"].includes(health.kind)
}
