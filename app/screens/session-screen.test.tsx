import { A, Route, Router } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { createSignal, lazy, Suspense } from "solid-js"
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

const arrival = Promise.withResolvers<void>()
const Late = lazy(async () => {
  await arrival.promise
  return { default: () => <p>It took long</p> }
})

function show(path = "ses_1", overrides: Partial<Chat> = {}) {
  window.history.replaceState({}, "", path === "" ? "/s/a:1/" : `/s/a:1/session/${path}`)
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
          <A href="/late">To a page that takes long</A>
          <A href="#there">Another place in it</A>
        </AsksContextProvider>
      </ChatContextProvider>
    </ConnectionProvider>
  )
  render(() => (
    <Router root={(root) => <Suspense>{root.children}</Suspense>}>
      <Route path="/late" component={Late} />
      <Route
        path="/s/:server/"
        component={() => (
          <>
            <p>A new session</p>
            <A href="/s/a:1/session/ses_1">To the session</A>
          </>
        )}
      />
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
  vi.restoreAllMocks()
})

/** A window that is as narrow as a phone's. */
const beNarrow = () =>
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: query === "(width < 700px)",
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))

const ask: Ask = { kind: "permission", request: permission("per_1", { sessionID: "ses_child" }) }

test("where there is room an ask stands above the composer, which keeps its text and the focus", async () => {
  const setOpen = show()
  const field = await area()
  field.focus()
  fireEvent.input(field, { target: { value: "half a thought" } })
  setOpen([ask])
  expect(screen.getByRole("button", { name: "Once" })).toBeTruthy()
  expect(screen.getByRole("textbox", { name: "Prompt" })).toBe(field)
  expect([field.value, document.activeElement]).toEqual(["half a thought", field])
})

test("an answered ask gives the focus to the prompt, one that went by itself takes it from nowhere", async () => {
  const setOpen = show()
  const field = await area()
  setOpen([ask])
  screen.getByRole("button", { name: "Once" }).focus()
  setOpen([])
  await Promise.resolve()
  expect(document.activeElement).toBe(field)
})

test("on a phone an ask does not take the composer from under somebody's hands, only afterwards", async () => {
  beNarrow()
  const setOpen = show()
  const field = await area()
  field.focus()
  fireEvent.input(field, { target: { value: "half a th" } })
  setOpen([ask])
  expect(document.activeElement).toBe(field)
  expect(screen.getByRole("button", { name: "Once" })).toBeTruthy()
  fireEvent.input(field, { target: { value: "half a thought" } })
  field.blur()
  await waitFor(() => expect(screen.queryByRole("textbox", { name: "Prompt" })).toBeNull())
  setOpen([])
  expect((await area()).value).toBe("half a thought")
})

test("on a phone the agent can be stopped while its ask has the composer's place", async () => {
  beNarrow()
  const stop = vi.fn(async () => undefined)
  const setOpen = show("ses_1", { stop })
  await area()
  setOpen([ask])
  await waitFor(() => expect(screen.queryByRole("textbox", { name: "Prompt" })).toBeNull())
  fireEvent.click(screen.getByRole("button", { name: "Stop" }))
  expect(stop).toHaveBeenCalledWith("ses_1")
})

test("on a phone an ask of a sub-agent takes the composer's place, and the draft is there again afterwards", async () => {
  beNarrow()
  const setOpen = show()
  fireEvent.input(await area(), { target: { value: "half a thought" } })
  ;(await area()).blur()
  setOpen([ask])
  await waitFor(() => expect(screen.queryByRole("textbox", { name: "Prompt" })).toBeNull())
  expect(screen.getByText("Sub-agent: Look around")).toBeTruthy()
  setOpen([])
  expect((await area()).value).toBe("half a thought")
})

test("after the press of a link nothing goes into this session any more, however long the next page takes", async () => {
  show()
  const field = await area()
  fireEvent.input(field, { target: { value: "half a thought" } })
  field.focus()
  fireEvent.click(screen.getByRole("link", { name: "To a page that takes long" }))
  expect(document.activeElement).toBe(document.body)
  expect(field.form?.inert).toBe(true)
  arrival.resolve()
  expect(await screen.findByText("It took long")).toBeTruthy()
  expect(field.isConnected).toBe(false)
})

test("a link that leads back to the same session leaves the focus in the prompt", async () => {
  show()
  const field = await area()
  field.focus()
  fireEvent.click(screen.getByRole("link", { name: "Another place in it" }))
  await waitFor(() => expect(location.hash).toBe("#there"))
  await waitFor(() => expect(field.form?.inert).toBe(false))
  expect(document.activeElement).toBe(field)
})

/** As browsers do, and jsdom does not: what is inert takes no focus. */
function refuseFocusOfInert() {
  const focus = HTMLElement.prototype.focus
  vi.spyOn(HTMLElement.prototype, "focus").mockImplementation(function (this: HTMLElement, options) {
    for (let at: HTMLElement | null = this; at; at = at.parentElement) if (at.inert) return
    focus.call(this, options)
  })
}

test("a session that is gone to from another page, as after its first prompt, can be written in at once", async () => {
  refuseFocusOfInert()
  show("")
  fireEvent.click(await screen.findByRole("link", { name: "To the session" }))
  const field = await area()
  await waitFor(() => expect(field.form?.inert).toBe(false))
  expect(document.activeElement).toBe(field)
})

test("an ask of another session leaves the composer alone", async () => {
  const setOpen = show()
  await area()
  setOpen([{ kind: "permission", request: permission("per_1", { sessionID: "ses_other" }) }])
  expect(screen.queryByRole("button", { name: "Once" })).toBeNull()
  expect(await area()).toBeTruthy()
})

const opened = (state: "missing" | "failed", retry = vi.fn()) => ({
  openSession: () => ({
    state: () => state,
    reason: () => "The server is out of disk.",
    hasEarlier: () => false,
    loadEarlier: async () => undefined,
    retry,
  }),
})

test("what was typed for a session that is gone is shown, and moves to a new one below what is there", async () => {
  const drafts = [
    { session: "ses_gone", text: "a long thought" },
    { session: "new", text: "another" },
  ]
  localStorage.setItem("sandbar.drafts./.a:1.v1", JSON.stringify(drafts))
  show("ses_gone", opened("missing"))
  await screen.findByText("a long thought")
  fireEvent.click(screen.getByRole("button", { name: "Use it in a new session" }))
  await screen.findByText("A new session")
  expect(JSON.parse(localStorage.getItem("sandbar.drafts./.a:1.v1") ?? "")).toEqual([
    { session: "new", text: "a long thought\nanother" },
  ])
})

test("a conversation that could not be brought up to date stays, says why and can be tried again", async () => {
  const retry = vi.fn()
  show("ses_1", opened("failed", retry))
  expect(await screen.findByText(/may be out of date. The server is out of disk./)).toBeTruthy()
  expect(screen.getByText("Go")).toBeTruthy()
  fireEvent.click(screen.getByRole("button", { name: "Try again" }))
  expect(retry).toHaveBeenCalled()
})

test("a session of another directory, whose events do not reach us, takes no prompt and says why", async () => {
  show("ses_1", { directory: () => "/elsewhere" })
  expect(await screen.findByText("/work/repo")).toBeTruthy()
  expect(screen.queryByRole("textbox", { name: "Prompt" })).toBeNull()
})

test("a session that is gone says so and shows a way on", async () => {
  show("ses_gone", opened("missing"))
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
