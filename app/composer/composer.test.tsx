import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { session } from "../../tests/fakes/chat-parts.ts"
import { type FakeChat, makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import { type FakeCatalogue, makeFakeConnection } from "../../tests/fakes/fake-connection.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
import type { Chat } from "../chat/chat.ts"
import { ChatContextProvider } from "../chat/chat-context.tsx"
import type { LinkState } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { Composer, type ComposerProps } from "./composer.tsx"

function show(
  props: ComposerProps,
  chatOverrides: Partial<Omit<Chat, "outbox">> = {},
  catalogue?: () => FakeCatalogue,
  linkState: LinkState = "live",
): FakeChat & { setLink: (state: LinkState) => void } {
  const chat = makeFakeChat({ sessions: { ses_1: session("ses_1") } }, chatOverrides)
  const { connection, setLink } = makeFakeConnection(catalogue)
  setLink(linkState)
  render(() => (
    <ConnectionProvider value={connection}>
      <ChatContextProvider value={chat}>
        <Composer {...props} />
      </ChatContextProvider>
    </ConnectionProvider>
  ))
  return { ...chat, setLink }
}

const area = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Prompt" })
const type = (text: string) => fireEvent.input(area(), { target: { value: text } })

beforeEach(() => localStorage.clear())
afterEach(async () => {
  cleanup()
  // Popovers let go of the focus a moment later; the page has to stand until then.
  await settle()
})

test("Enter sends and empties the field; Shift+Enter does not", async () => {
  const chat = show({ sessionID: "ses_1" })
  type("Fix the test")
  fireEvent.keyDown(area(), { key: "Enter", shiftKey: true })
  expect(chat.outbox.send).not.toHaveBeenCalled()
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(chat.outbox.send).toHaveBeenCalledWith({ sessionID: "ses_1" }, { text: "Fix the test" })
  expect(area().value).toBe("")
})

test("Enter that picks a candidate of an input method does not send", () => {
  const chat = show({ sessionID: "ses_1" })
  type("にほん")
  fireEvent.keyDown(area(), { key: "Enter", isComposing: true })
  fireEvent.keyDown(area(), { key: "Enter", keyCode: 229 })
  expect(chat.outbox.send).not.toHaveBeenCalled()
})

test("nothing but white space is not sent", () => {
  const chat = show({ sessionID: "ses_1" })
  type("  \n ")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(chat.outbox.send).not.toHaveBeenCalled()
})

test("a refused prompt is the draft again, and the reason is said until the next try", () => {
  const { outbox } = show({ sessionID: "ses_1" })
  type("Fix the test")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(area().value).toBe("")
  outbox.refuse("The server is out of disk space.")
  expect(screen.getByRole("alert").textContent).toBe("The server is out of disk space.")
  expect(area().value).toBe("Fix the test")
  expect(outbox.entries()).toEqual([])
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(screen.queryByRole("alert")).toBeNull()
})

test("a prompt that came back while nobody looked is the draft when its session is opened", () => {
  const first = show({ sessionID: "ses_2" })
  first.outbox.send({ sessionID: "ses_1" }, { text: "for the other" })
  first.outbox.refuse("No.")
  expect(area().value).toBe("")
  expect(first.outbox.entries()).toHaveLength(1)
  cleanup()
  const again = show({ sessionID: "ses_1" })
  for (const entry of first.outbox.entries()) again.outbox.put(entry)
  expect(area().value).toBe("for the other")
})

test("a prompt whose session is gone comes back as the draft of a new one", () => {
  const { outbox } = show({})
  outbox.send({ sessionID: "ses_9" }, { text: "homeless" })
  outbox.change({ sessionID: undefined, state: "back", reason: "It was deleted." })
  expect(area().value).toBe("homeless")
  expect(screen.getByRole("alert").textContent).toBe("It was deleted.")
})

test("while the server is away at work, Stop takes back what waits, in the order it was written", () => {
  const chat = show({ sessionID: "ses_1" })
  chat.set("status", "ses_1", { type: "busy" })
  chat.setLive(false)
  for (const text of ["one", "two"]) {
    type(text)
    fireEvent.keyDown(area(), { key: "Enter" })
  }
  type("three")
  fireEvent.click(screen.getByRole("button", { name: "Stop" }))
  expect(area().value).toBe("one\ntwo\nthree")
  expect(chat.stop).not.toHaveBeenCalled()
  expect(screen.queryByRole("alert")).toBeNull()
})

test("a prompt that merely waits is no turn that could be stopped, for two Escapes neither", () => {
  const chat = show({ sessionID: "ses_1" })
  chat.setLive(false)
  type("one")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull()
  for (let presses = 0; presses < 2; presses++) fireEvent.keyDown(area(), { key: "Escape" })
  expect(chat.outbox.entries()).toHaveLength(1)
  expect(chat.stop).not.toHaveBeenCalled()
})

test("what worked when its server went to sleep works no more: there is nothing to stop", () => {
  const [resting, setResting] = createSignal(false)
  const chat = show({
    sessionID: "ses_1",
    get resting() {
      return resting()
    },
  })
  chat.set("status", "ses_1", { type: "busy" })
  expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy()
  setResting(true)
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull()
})

test("a first prompt that waits is shown, and what follows it goes into the same session", () => {
  const chat = show({})
  chat.setLive(false)
  for (const text of ["Start", "And then"]) {
    type(text)
    fireEvent.keyDown(area(), { key: "Enter" })
  }
  const shown = screen.getAllByRole("article", { name: "You" }).map((one) => one.textContent)
  expect(shown).toEqual([expect.stringContaining("Start"), expect.stringContaining("And then")])
  expect(screen.getAllByText("Waiting for the server")).toHaveLength(2)
  const [first, second] = chat.outbox.entries()
  expect([first?.opens, second?.opens]).toEqual([first?.messageID, first?.messageID])
  fireEvent.click(screen.getAllByRole("button", { name: "Cancel" })[1] as HTMLElement)
  expect(area().value).toBe("And then")
  expect(chat.outbox.entries()).toHaveLength(1)
})

test("a draft is there again after a reload, and each session has its own", () => {
  show({ sessionID: "ses_1" })
  type("half a thought")
  cleanup()
  const [id, setId] = createSignal("ses_1")
  show({
    get sessionID() {
      return id()
    },
  })
  expect(area().value).toBe("half a thought")
  setId("ses_2")
  expect(area().value).toBe("")
})

test("the first prompt creates the session, is sent to it, and opens it", () => {
  const onStarted = vi.fn()
  const { outbox } = show({ onStarted })
  type("Start")
  fireEvent.click(screen.getByRole("button", { name: "Send" }))
  expect(outbox.send).toHaveBeenCalledWith(undefined, { text: "Start" })
  outbox.change({ sessionID: "ses_created", state: "sending" })
  expect(onStarted).not.toHaveBeenCalled()
  outbox.arrive()
  expect(onStarted).toHaveBeenCalledWith("ses_created")
})

test("what is typed on while the first prompt starts its session goes along into that session", () => {
  const onStarted = vi.fn()
  const { outbox } = show({ onStarted })
  type("Start")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(area().value).toBe("")
  type("half a thought")
  outbox.change({ sessionID: "ses_created", state: "sending" })
  outbox.arrive()
  expect(onStarted).toHaveBeenCalled()
  expect(area().value).toBe("")
  cleanup()
  show({ sessionID: "ses_created" })
  expect(area().value).toBe("half a thought")
})

test("a first prompt that was refused is tried again in the same session", () => {
  const onStarted = vi.fn()
  const { outbox } = show({ onStarted })
  type("Start")
  fireEvent.keyDown(area(), { key: "Enter" })
  outbox.change({ sessionID: "ses_created", state: "sending" })
  outbox.refuse("Not now.")
  expect(screen.getByText("Not now.")).toBeTruthy()
  expect(onStarted).not.toHaveBeenCalled()
  expect(area().value).toBe("Start")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(outbox.entries()).toMatchObject([{ sessionID: "ses_created", opens: "msg_sent1" }])
  outbox.arrive()
  expect(onStarted).toHaveBeenCalledWith("ses_created")
})

test("while the agent works there is a way to stop it, and a next prompt can be sent", async () => {
  const chat = show({ sessionID: "ses_1" })
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull()
  chat.set("status", "ses_1", { type: "busy" })
  fireEvent.click(screen.getByRole("button", { name: "Stop" }))
  expect(chat.stop).toHaveBeenCalledWith("ses_1")
  type("And then this")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(chat.outbox.send).toHaveBeenCalled()
})

test("Stop hands the focus back to the prompt, before the button goes", () => {
  const chat = show({ sessionID: "ses_1" })
  chat.set("status", "ses_1", { type: "busy" })
  const stop = screen.getByRole("button", { name: "Stop" })
  stop.focus()
  fireEvent.click(stop)
  expect(document.activeElement).toBe(area())
})

test("two Escapes within a second stop the agent; one, or two far apart, do not", () => {
  vi.useFakeTimers()
  const chat = show({ sessionID: "ses_1" })
  const pressEscape = () => fireEvent.keyDown(area(), { key: "Escape" })
  pressEscape()
  pressEscape()
  expect(chat.stop).not.toHaveBeenCalled()
  chat.set("status", "ses_1", { type: "busy" })
  pressEscape()
  expect(screen.getByText("Press Escape again to stop the agent.")).toBeTruthy()
  vi.advanceTimersByTime(1_100)
  expect(screen.queryByText("Press Escape again to stop the agent.")).toBeNull()
  pressEscape()
  expect(chat.stop).not.toHaveBeenCalled()
  pressEscape()
  vi.useRealTimers()
  expect(chat.stop).toHaveBeenCalledTimes(1)
})

test("it is in use while somebody writes, until the focus is gone for a moment", () => {
  vi.useFakeTimers()
  const onInUse = vi.fn()
  show({ sessionID: "ses_1", onInUse })
  area().focus()
  expect(onInUse).toHaveBeenLastCalledWith(false)
  type("half a th")
  expect(onInUse).toHaveBeenLastCalledWith(true)
  area().blur()
  expect(onInUse).toHaveBeenLastCalledWith(true)
  vi.advanceTimersByTime(400)
  vi.useRealTimers()
  expect(onInUse).toHaveBeenLastCalledWith(false)
})

test("without a model the screen says what to do, and sends nothing", async () => {
  let providers: Record<string, string[]> = {}
  const chat = show({ sessionID: "ses_1" }, {}, () => ({ providers, agents: ["build"] }))
  await screen.findByText("This server has no model to answer with")
  expect(screen.getByText("opencode auth login")).toBeTruthy()
  const guide = screen.getByRole("link", { name: "opencode.ai/docs/providers" })
  expect([guide.getAttribute("target"), guide.getAttribute("rel")]).toEqual(["_blank", "noopener noreferrer"])
  type("Hello")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(chat.outbox.send).not.toHaveBeenCalled()
  providers = { acme: ["small"] }
  fireEvent.click(screen.getByRole("button", { name: "Look again" }))
  await waitFor(() => expect(screen.queryByText("This server has no model to answer with")).toBeNull())
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(chat.outbox.send).toHaveBeenCalled()
})

test("a picked agent goes along with the prompt and is remembered for this server", async () => {
  show({ sessionID: "ses_1" })
  fireEvent.click(await screen.findByRole("button", { name: "Agent: build" }))
  fireEvent.click(await screen.findByRole("option", { name: /plan/ }))
  cleanup()
  const chat = show({ sessionID: "ses_1" })
  await screen.findByRole("button", { name: "Agent: plan" })
  type("Go")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(chat.outbox.send).toHaveBeenCalledWith({ sessionID: "ses_1" }, { text: "Go", agent: "plan" })
})

test("until the link stands nothing is asked and nothing is called a failure", async () => {
  let asked = 0
  const { setLink } = show(
    { sessionID: "ses_1" },
    {},
    () => {
      asked++
      return { providers: { acme: ["small"] }, agents: ["build"] }
    },
    "connecting",
  )
  await Promise.resolve()
  expect(asked).toBe(0)
  expect(screen.getByRole("status", { name: "Loading agents and models" })).toBeTruthy()
  setLink("live")
  expect(await screen.findByRole("button", { name: "Agent: build" })).toBeTruthy()
  expect(screen.queryByRole("status", { name: "Loading agents and models" })).toBeNull()
})
