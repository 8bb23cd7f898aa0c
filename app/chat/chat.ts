// What the chat feature offers to screens and to the composer; made by chat-context.tsx.
import type { Session } from "@opencode-ai/sdk/v2/client"
import type { Accessor } from "solid-js"
import type { ChatState } from "./chat-state.ts"
import type { Outbox } from "./outbox.ts"
import type { RetryPrompt } from "./retry-prompt.ts"

export type ModelRef = { providerID: string; modelID: string }

export type Prompt = { text: string; agent?: string | undefined; model?: ModelRef | undefined }

export type Chat = {
  state: ChatState
  /** Root sessions of the server's directory, most recently updated first. */
  sessions: Accessor<Session[]>
  /**
   * The first page: `loading` until it is here, then `ready`, or `failed` (retry with `reload`). `waiting` when the
   * link is down before there was one: why, and what to do, is the link's to say.
   */
  sessionsState: Accessor<"loading" | "waiting" | "ready" | "failed">
  /** Why the list could not be fetched, in one sentence; also when an older one is shown. */
  sessionsReason: Accessor<string | undefined>
  /** Where the server works; undefined before the first list. Sessions of other directories send us no events. */
  directory: Accessor<string | undefined>
  /** What is shown is of an earlier visit: the server has not answered since it was opened. */
  stale: Accessor<boolean>
  hasMoreSessions: Accessor<boolean>
  loadMoreSessions: () => Promise<void>
  reload: () => void
  createSession: (metadata?: Record<string, unknown>) => Promise<Session>
  renameSession: (id: string, title: string) => Promise<void>
  deleteSession: (id: string) => Promise<void>
  /** Loads the newest messages and keeps the session in every resync until the caller's owner is disposed. */
  openSession: (id: Accessor<string>) => {
    /** As `sessionsState`, or `missing`: the server does not know it. */
    state: Accessor<"loading" | "waiting" | "ready" | "missing" | "failed">
    /** One sentence when `failed`. */
    reason: Accessor<string | undefined>
    hasEarlier: Accessor<boolean>
    loadEarlier: () => Promise<void>
    retry: () => void
  }
  /** The link stands: what the state says of the server holds. */
  live: Accessor<boolean>
  /** Takes every prompt; shows it at once and keeps it until the server has it. */
  outbox: Outbox
  /** Asks for an answer to the last prompt of a session, which is idle and never got one. */
  retryPrompt: RetryPrompt
  stop: (sessionID: string) => Promise<void>
}
