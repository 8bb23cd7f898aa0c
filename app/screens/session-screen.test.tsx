import { Route, Router } from "@solidjs/router"
import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { permission, prompt, session } from "../../tests/fakes/chat-parts.ts"
import { makeFakeAsks } from "../../tests/fakes/fake-asks.ts"
import { makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import { makeFakeConnection } from "../../tests/fakes/fake-connection.ts"
import { stubResizeObserver } from "../../tests/fakes/resize-observer.ts"
import type { Ask } from "../asks/ask.ts"
import { AsksContextProvider } from "../asks/asks-context.tsx"
import type { Chat } from "../chat/chat.ts"
import { ChatContextProvider } from "../chat/chat-context.tsx"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { SessionScreen } from "./session-screen.tsx"

const child = session("ses_child", { parentID: "ses_1", title: "Look around" })

function show(path = "ses_1", overrides: Partial<Chat> = {}) {
  window.history.replaceState({}, "", `/s/a:1/session/${path}`)
  const [open, setOpen] = createSignal<Ask[]>([])
  const asks = makeFakeAsks({
    all: open,
    of: (ids) => open().filter((ask) => ids.includes(ask.request.sessionID)),
  })
  const chat = makeFakeChat(
    { sessions: { ses_1: session("ses_1"), ses_child: child }, messages: { ses_1: [prompt("1", "Go")] } },
    overrides,
  )
  const Screen = () => (
    <ConnectionProvider value={makeFakeConnection().connection}>
      <ChatContextProvider value={chat}>
        <AsksContextProvider value={asks}>
          <SessionScreen />
        </AsksContextProvider>
      </ChatContextProvider>
    </ConnectionProvider>
  )
  render(() => (
    <Router>
      <Route path="/s/:server/session/:session" component={Screen} />
    </Router>
  ))
  return setOpen
}

const area = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Prompt" })

beforeEach(() => {
  localStorage.clear()
  stubResizeObserver()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test("an ask of a sub-agent takes the composer's place, and the draft is there again afterwards", async () => {
  const setOpen = show()
  fireEvent.input(await area(), { target: { value: "half a thought" } })
  setOpen([{ kind: "permission", request: permission("per_1", { sessionID: "ses_child" }) }])
  expect(screen.queryByRole("textbox", { name: "Prompt" })).toBeNull()
  expect(screen.getByText("Sub-agent: Look around")).toBeTruthy()
  setOpen([])
  expect((await area()).value).toBe("half a thought")
})

test("an ask of another session leaves the composer alone", async () => {
  const setOpen = show()
  await area()
  setOpen([{ kind: "permission", request: permission("per_1", { sessionID: "ses_other" }) }])
  expect(screen.queryByRole("button", { name: "Once" })).toBeNull()
  expect(await area()).toBeTruthy()
})

test("a session that is gone says so and shows a way on", async () => {
  show("ses_gone", {
    openSession: () => ({
      state: () => "missing",
      reason: () => undefined,
      hasEarlier: () => false,
      loadEarlier: async () => undefined,
      retry: () => undefined,
    }),
  })
  expect(await screen.findByText("This session is not on this server")).toBeTruthy()
  expect(screen.getByRole("link", { name: "Start a new session" }).getAttribute("href")).toBe("/s/a:1/")
  expect(screen.queryByRole("textbox", { name: "Prompt" })).toBeNull()
})

test("a sub-agent's session leads back instead of offering a prompt", async () => {
  show("ses_child")
  const back = await screen.findByRole("link", { name: "Back to that session" })
  expect(back.getAttribute("href")).toBe("/s/a:1/session/ses_1")
  expect(screen.queryByRole("textbox", { name: "Prompt" })).toBeNull()
})
