import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { session } from "../../tests/fakes/chat-parts.ts"
import { makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import { makeFakeConnection } from "../../tests/fakes/fake-connection.ts"
import { ChatContextProvider } from "../chat/chat-context.tsx"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { Notices } from "../ui/notices.tsx"
import { Composer } from "./composer.tsx"

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
})
afterEach(() => {
  // Notices outlive the view: the next test begins without them.
  vi.advanceTimersByTime(10_000)
  cleanup()
  vi.useRealTimers()
})

function sendWithoutConnection() {
  const chat = makeFakeChat({ sessions: { ses_1: session("ses_1") }, status: { ses_1: { type: "busy" } } })
  chat.setLive(false)
  render(() => (
    <ConnectionProvider value={makeFakeConnection().connection}>
      <ChatContextProvider value={chat}>
        <Composer sessionID="ses_1" />
        <Notices />
      </ChatContextProvider>
    </ConnectionProvider>
  ))
  chat.outbox.send({ sessionID: "ses_1" }, { text: "And the docs" })
  return chat
}

const stop = () => fireEvent.click(screen.getByRole("button", { name: "Stop" }))
const notices = () => screen.getByRole("region", { name: "Notices" }).textContent
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Prompt" })

test("Stop without a connection says that nothing was stopped, and where the waiting prompt is", () => {
  sendWithoutConnection()
  stop()
  expect(field().value).toBe("And the docs")
  expect(notices()).toBe(
    "Not connected: nothing was stopped on the server. What waited to be sent is in the prompt again.",
  )
})

test("a prompt that may have arrived is not said to be in the field", () => {
  const { outbox } = sendWithoutConnection()
  vi.mocked(outbox.cancel).mockImplementation(() => outbox.change({ cancelled: true }))
  stop()
  expect(field().value).toBe("")
  expect(notices()).toBe("Not connected: nothing was stopped on the server.")
})
