// What an event about a session as a whole does to the state.
import type { Session } from "@opencode-ai/sdk/v2/client"
import type { ServerEvent } from "../connection/connection.ts"
import { assignInPlace } from "./assign-in-place.ts"
import type { ChatState } from "./chat-state.ts"
import { errorSentence, wasStopped } from "./sentences.ts"

export function applySessionEvent(draft: ChatState, event: ServerEvent): void {
  switch (event.type) {
    case "session.created":
    case "session.updated":
      putSession(draft, event.properties.info)
      return
    case "session.deleted":
      dropSession(draft, event.properties.sessionID)
      return
    case "session.status": {
      const { sessionID, status } = event.properties
      if (status.type === "idle") delete draft.status[sessionID]
      else {
        // The next prompt is being answered: what went wrong with the one before is history.
        if (!draft.status[sessionID]) delete draft.errors[sessionID]
        draft.status[sessionID] = { ...status }
      }
      return
    }
    case "session.idle":
      delete draft.status[event.properties.sessionID]
      return
    case "session.error":
      putError(draft, event.properties)
      return
  }
}

export function putSession(draft: ChatState, session: Session): void {
  const known = draft.sessions[session.id]
  if (known) assignInPlace(known, session)
  else draft.sessions[session.id] = { ...session }
}

export function dropSession(draft: ChatState, sessionID: string): void {
  delete draft.sessions[sessionID]
  delete draft.status[sessionID]
  delete draft.messages[sessionID]
  delete draft.errors[sessionID]
}

type SessionErrorProperties = Extract<ServerEvent, { type: "session.error" }>["properties"]

function putError(draft: ChatState, properties: SessionErrorProperties): void {
  const { sessionID, error } = properties
  if (!sessionID || !error || wasStopped(error)) return
  // The server reports some errors twice, the second time as a stack trace.
  const message: unknown = error.data.message
  const isTrace = typeof message === "string" && message.includes("\n    at ")
  if (isTrace && draft.errors[sessionID]) return
  draft.errors[sessionID] = errorSentence(
    isTrace ? { name: "UnknownError", data: { message: firstLine(message) } } : error,
  )
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? ""
}
