// What the chat feature offers to screens and to the composer; made by chat-context.tsx.
import type { Session } from "@opencode-ai/sdk/v2/client"
import type { Accessor } from "solid-js"
import type { ChatState } from "./chat-state.ts"

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
  hasMoreSessions: Accessor<boolean>
  loadMoreSessions: () => Promise<void>
  reload: () => void
  createSession: () => Promise<Session>
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
  /** Shows the prompt at once; when the server refuses, takes it back and rejects with a sentence for the person. */
  send: (sessionID: string, prompt: Prompt) => Promise<void>
  stop: (sessionID: string) => Promise<void>
}
