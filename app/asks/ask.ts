// Asks: what the agent waits on. Two kinds, one inbox.
import type { PermissionRequest, QuestionRequest } from "@opencode-ai/sdk/v2/client"
import type { Accessor } from "solid-js"

export type Ask =
  | { kind: "permission"; request: PermissionRequest }
  | { kind: "question"; request: QuestionRequest }

export type Asks = {
  /** Open asks of the whole server, oldest first. */
  all: Accessor<Ask[]>
  /** Asks of one session; pass the ids of its sub-agent sessions too, they ask under their own id. */
  of: (sessionIDs: readonly string[]) => Ask[]
  replyPermission: (id: string, reply: "once" | "always" | "reject", message?: string) => Promise<void>
  replyQuestion: (id: string, answers: string[][]) => Promise<void>
  rejectQuestion: (id: string) => Promise<void>
}
