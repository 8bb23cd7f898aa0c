// A chat without a server: tests change its state by hand and read what views asked of it.
import type { Session } from "@opencode-ai/sdk/v2/client"
import { createSignal } from "solid-js"
import { createStore, type SetStoreFunction } from "solid-js/store"
import { vi } from "vitest"
import type { Chat } from "../../app/chat/chat.ts"
import type { ChatState } from "../../app/chat/chat-state.ts"
import { session } from "./chat-parts.ts"
import { type FakeOutbox, makeFakeOutbox } from "./fake-outbox.ts"

export type FakeChat = Chat & {
  set: SetStoreFunction<ChatState>
  outbox: FakeOutbox
  setLive: (live: boolean) => void
}

export function makeFakeChat(
  initial: Partial<ChatState> = {},
  overrides: Partial<Omit<Chat, "outbox">> = {},
): FakeChat {
  const [state, set] = createStore<ChatState>({
    sessions: {},
    status: {},
    messages: {},
    errors: {},
    ...initial,
  })
  const outbox = makeFakeOutbox()
  const [live, setLive] = createSignal(true)
  return {
    state,
    set,
    setLive,
    sessions: () =>
      Object.values(state.sessions)
        .filter((one: Session) => one.parentID === undefined)
        .sort((a, b) => b.time.updated - a.time.updated),
    sessionsState: () => "ready",
    sessionsReason: () => undefined,
    directory: () => "/work/repo",
    stale: () => false,
    hasMoreSessions: () => false,
    loadMoreSessions: vi.fn(async () => undefined),
    reload: vi.fn(),
    createSession: vi.fn(async () => session("ses_created")),
    renameSession: vi.fn(async () => undefined),
    deleteSession: vi.fn(async () => undefined),
    openSession: () => ({
      state: () => "ready",
      reason: () => undefined,
      hasEarlier: () => false,
      loadEarlier: async () => undefined,
      retry: () => undefined,
    }),
    live,
    outbox,
    retryPrompt: vi.fn(async () => undefined),
    stop: vi.fn(async () => undefined),
    ...overrides,
  }
}
