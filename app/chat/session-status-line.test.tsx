import { cleanup, render, screen } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { session } from "../../tests/fakes/chat-parts.ts"
import { makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import type { Chat } from "./chat.ts"
import { ChatContextProvider } from "./chat-context.tsx"
import { SessionStatusLine } from "./session-status-line.tsx"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const unknown = "Not connected: the turn may still be running."

type Shown = { waiting?: boolean; resting?: boolean; type?: "busy" | "idle" }

function show(more: Shown = {}, overrides: Partial<Chat> = {}) {
  const { waiting = false, resting = false, type = "busy" } = more
  const state = { sessions: { ses_1: session("ses_1") }, status: { ses_1: { type } } }
  const chat = makeFakeChat(state, overrides)
  render(() => (
    <ChatContextProvider value={chat}>
      <SessionStatusLine
        sessionID="ses_1"
        last={undefined}
        stopped={false}
        waiting={waiting}
        resting={resting}
      />
    </ChatContextProvider>
  ))
  return { ...chat, says: () => document.querySelector(".session-status")?.textContent }
}

test("a turn whose server cannot be reached is not said to work, until the server says so again", () => {
  const { setLive, says } = show()
  expect(says()).toBe("Working")
  setLive(false)
  vi.advanceTimersByTime(2_000)
  expect(says()).toBe(unknown)
  expect(document.querySelector(".working")).toBeNull()
  setLive(true)
  expect(screen.getByText("Working").className).toContain("working")
})

test("a link that comes back soon changes nothing, however often it goes", () => {
  const { setLive, says } = show()
  for (let round = 0; round < 3; round++) {
    setLive(false)
    vi.advanceTimersByTime(1_900)
    expect(says()).toBe("Working")
    setLive(true)
  }
})

test("what waits for the person, and what is idle, is no turn that may be running", () => {
  const asked = show({ waiting: true })
  asked.setLive(false)
  vi.advanceTimersByTime(2_000)
  expect(asked.says()).toBe("Waiting for your answer")
  cleanup()
  const idle = show({ type: "idle" })
  idle.setLive(false)
  vi.advanceTimersByTime(2_000)
  expect(idle.says()).toBe("")
})

test("a turn that was seen on an earlier visit is said to be of then, also while there is no connection", () => {
  const { setLive, says } = show({}, { stale: () => true })
  setLive(false)
  vi.advanceTimersByTime(2_000)
  expect(says()).toBe("The agent was working when this was last seen.")
})

test("a turn of a server that went to sleep does not go on, and what was idle is not said to have worked", () => {
  expect(show({ resting: true }).says()).toBe("The agent was working when this was last seen.")
  cleanup()
  expect(show({ resting: true, type: "idle" }).says()).toBe("")
})
