import { Route, Router } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor, within } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { session } from "../../tests/fakes/chat-parts.ts"
import { type FakeChat, makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import { stubResizeObserver } from "../../tests/fakes/resize-observer.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
import type { Chat } from "./chat.ts"
import { ChatContextProvider } from "./chat-context.tsx"
import { SessionList } from "./session-list.tsx"

const today = (id: string, title: string) => session(id, { title, time: { created: 0, updated: Date.now() } })

function show(
  sessions: ReturnType<typeof session>[],
  overrides: Partial<Chat> = {},
  onCurrentDeleted = vi.fn(),
): FakeChat {
  const chat = makeFakeChat({ sessions: Object.fromEntries(sessions.map((one) => [one.id, one])) }, overrides)
  const List = () => (
    <ChatContextProvider value={chat}>
      <SessionList
        newHref="/s/a:1/"
        hrefOf={(id) => `/s/a:1/session/${id}`}
        currentID="ses_1"
        asksOf={(id) => (id === "ses_waiting" ? 2 : 0)}
        onCurrentDeleted={onCurrentDeleted}
      />
    </ChatContextProvider>
  )
  render(() => (
    <Router>
      <Route path="*" component={List} />
    </Router>
  ))
  return chat
}

const openMenu = async (title: string) => {
  const button = await screen.findByRole("button", { name: `Actions for ${title}` })
  button.focus()
  fireEvent.keyDown(button, { key: "Enter" })
}

beforeEach(stubResizeObserver)
afterEach(async () => {
  vi.useRealTimers()
  cleanup()
  // Dialogs let go of the focus a moment later; the page has to stand until then.
  await settle()
  vi.unstubAllGlobals()
})

test("what waits for the person comes first", async () => {
  show([today("ses_1", "Fix test"), session("ses_waiting", { title: "Old one" })])
  const headings = (await screen.findAllByRole("heading")).map((one) => one.textContent)
  expect(headings).toEqual(["Needs you 1", "Today"])
  const waiting = screen.getByRole("link", { name: "Old one, 2 waiting for you" })
  expect(waiting.getAttribute("href")).toBe("/s/a:1/session/ses_waiting")
})

test("the open session is marked, and a running one says so", async () => {
  const chat = show([today("ses_1", "Fix test"), today("ses_2", "Docs")])
  expect((await screen.findByRole("link", { name: "Fix test" })).getAttribute("aria-current")).toBe("page")
  chat.set("status", "ses_2", { type: "busy" })
  expect(screen.getByRole("link", { name: "Docs, running" }).hasAttribute("aria-current")).toBe(false)
})

test("sessions of the same title show when they were used, the others do not", async () => {
  const noon = new Date().setHours(12, 5, 0, 0)
  const at = (id: string, title: string, updated: number) =>
    session(id, { title, time: { created: 0, updated } })
  show([
    at("ses_1", "Docs", noon),
    at("ses_2", "Docs", noon - 60_000),
    at("ses_3", "Fix test", noon - 120_000),
  ])
  const names = (await screen.findAllByRole("link")).map((link) => link.textContent)
  expect(names.slice(1)).toEqual([
    expect.stringMatching(/^Docs, .*05/),
    expect.stringMatching(/^Docs, .*04/),
    "Fix test",
  ])
})

test("deleting asks by name first, then leaves a deleted session that was open", async () => {
  const onCurrentDeleted = vi.fn()
  const chat = show([today("ses_1", "Fix test")], {}, onCurrentDeleted)
  await openMenu("Fix test")
  fireEvent.keyDown(await screen.findByRole("menuitem", { name: "Delete" }), { key: "Enter" })
  const dialog = within(await screen.findByRole("dialog", { name: "Delete “Fix test”?" }))
  expect(chat.deleteSession).not.toHaveBeenCalled()
  fireEvent.click(dialog.getByRole("button", { name: "Delete session" }))
  await waitFor(() => expect(onCurrentDeleted).toHaveBeenCalled())
  expect(chat.deleteSession).toHaveBeenCalledWith("ses_1")
})

test("renaming starts from the old name, and a refusal keeps the dialog and says why", async () => {
  const renameSession = vi
    .fn()
    .mockRejectedValueOnce(new Error("The server is down."))
    .mockResolvedValueOnce(undefined)
  show([today("ses_1", "Fix test")], { renameSession })
  await openMenu("Fix test")
  fireEvent.keyDown(await screen.findByRole("menuitem", { name: "Rename" }), { key: "Enter" })
  const field = await screen.findByRole<HTMLInputElement>("textbox", { name: "Name" })
  expect(field.value).toBe("Fix test")
  fireEvent.input(field, { target: { value: " Better name " } })
  fireEvent.click(screen.getByRole("button", { name: "Rename" }))
  await screen.findByText("The server is down.")
  fireEvent.click(screen.getByRole("button", { name: "Rename" }))
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull())
  expect(renameSession).toHaveBeenLastCalledWith("ses_1", "Better name")
})

test("an empty list, a list that could not be loaded and one with more each say what to do", async () => {
  show([])
  expect(await screen.findByText("No sessions yet")).toBeTruthy()
  cleanup()
  show([], { sessionsState: () => "waiting" })
  expect(await screen.findByText("Sessions appear here when the server can be reached.")).toBeTruthy()
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull()
  cleanup()
  const sessionsReason = () => "The target refused the connection."
  const failed = show([], { sessionsState: () => "failed", sessionsReason })
  expect(await screen.findByText("The target refused the connection.")).toBeTruthy()
  fireEvent.click(await screen.findByRole("button", { name: "Try again" }))
  expect(failed.reload).toHaveBeenCalled()
  cleanup()
  const more = show([today("ses_1", "Fix test")], { hasMoreSessions: () => true })
  fireEvent.click(await screen.findByRole("button", { name: "Load older sessions" }))
  expect(more.loadMoreSessions).toHaveBeenCalled()
})

test("a list that could not be brought up to date stays, says why and can be tried again", async () => {
  const chat = show([today("ses_1", "Fix test")], {
    sessionsReason: () => "The target refused the connection.",
  })
  expect(await screen.findByRole("link", { name: "Fix test" })).toBeTruthy()
  expect(screen.getByText(/may be out of date. The target refused the connection./)).toBeTruthy()
  fireEvent.click(screen.getByRole("button", { name: "Try again" }))
  expect(chat.reload).toHaveBeenCalled()
})

test("a session that ran when the server was left is not said to run before the server says so", async () => {
  const chat = show([today("ses_1", "Fix test")], { stale: () => true })
  chat.set("status", "ses_1", { type: "busy" })
  expect(await screen.findByRole("link", { name: "Fix test, was running when last seen" })).toBeTruthy()
})

test("a session that runs is said to have run once its server cannot be reached", async () => {
  const chat = show([today("ses_1", "Fix test")])
  chat.set("status", "ses_1", { type: "busy" })
  expect(await screen.findByRole("link", { name: "Fix test, running" })).toBeTruthy()
  vi.useFakeTimers()
  chat.setLive(false)
  vi.advanceTimersByTime(2_000)
  expect(screen.getByRole("link", { name: "Fix test, was running when last seen" })).toBeTruthy()
  chat.setLive(true)
  expect(screen.getByRole("link", { name: "Fix test, running" })).toBeTruthy()
})
