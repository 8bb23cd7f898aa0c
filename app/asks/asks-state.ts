// The open asks of one server, and what an event or a fresh answer does to them.
import type { PermissionRequest, QuestionRequest, SessionStatus } from "@opencode-ai/sdk/v2/client"
import { lookUp } from "../base/bare-record.ts"
import type { ServerEvent } from "../connection/connection.ts"
import type { Ask } from "./ask.ts"

/** Oldest first. */
export type AsksState = { open: Ask[] }

export function applyAskEvent(draft: AsksState, event: ServerEvent): void {
  switch (event.type) {
    case "permission.asked":
      putAsk(draft, { kind: "permission", request: event.properties })
      return
    case "question.asked":
      putAsk(draft, { kind: "question", request: event.properties })
      return
    case "permission.replied":
    case "question.replied":
    case "question.rejected":
      dropAsk(draft, event.properties.requestID)
      return
    case "session.deleted":
    case "session.idle":
      dropWhere(draft, (ask) => ask.request.sessionID === event.properties.sessionID)
      return
    case "session.status":
      if (event.properties.status.type !== "idle") return
      dropWhere(draft, (ask) => ask.request.sessionID === event.properties.sessionID)
      return
  }
}

export function dropAsk(draft: AsksState, id: string): void {
  dropWhere(draft, (ask) => ask.request.id === id)
}

export type AsksSnapshot = {
  permissions: PermissionRequest[]
  questions: QuestionRequest[]
  /** As old as the two others or not: what happened in between came as an event, and is replayed. */
  status: Record<string, SessionStatus>
}

/**
 * Replaces everything, then replays what came meanwhile. When a session is stopped the server keeps listing its
 * permission asks, for good and without an event, although nobody waits for the answer: so an ask counts only
 * while its session is at work.
 */
export function mergeAsks(draft: AsksState, snapshot: AsksSnapshot, since: readonly ServerEvent[]): void {
  const asks: Ask[] = [
    ...snapshot.permissions.map((request): Ask => ({ kind: "permission", request })),
    ...snapshot.questions.map((request): Ask => ({ kind: "question", request })),
  ]
  const isAtWork = (ask: Ask) => (lookUp(snapshot.status, ask.request.sessionID)?.type ?? "idle") !== "idle"
  const known = new Map(draft.open.map((ask) => [ask.request.id, ask]))
  draft.open = asks
    .filter(isAtWork)
    .map((ask) => known.get(ask.request.id) ?? ask)
    .sort(byAge)
  for (const event of since) applyAskEvent(draft, event)
}

function putAsk(draft: AsksState, ask: Ask): void {
  if (draft.open.some((one) => one.request.id === ask.request.id)) return
  draft.open.push(ask)
  draft.open.sort(byAge)
}

function dropWhere(draft: AsksState, matches: (ask: Ask) => boolean): void {
  if (draft.open.some(matches)) draft.open = draft.open.filter((ask) => !matches(ask))
}

/** Ids are `per_…` and `que_…`; what follows grows with time. */
function byAge(a: Ask, b: Ask): number {
  const [first, second] = [a.request.id.slice(4), b.request.id.slice(4)]
  if (first === second) return 0
  return first < second ? -1 : 1
}
