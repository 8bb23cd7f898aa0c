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
  chatOverrides: Partial<Chat> = {},
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
const refuse = (sentence: string) => vi.fn(async () => Promise.reject(new Error(sentence)))

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
  expect(chat.send).not.toHaveBeenCalled()
  fireEvent.keyDown(area(), { key: "Enter" })
  await waitFor(() => expect(chat.send).toHaveBeenCalledWith("ses_1", { text: "Fix the test" }))
  expect(area().value).toBe("")
})

test("Enter that picks a candidate of an input method does not send", () => {
  const chat = show({ sessionID: "ses_1" })
  type("にほん")
  fireEvent.keyDown(area(), { key: "Enter", isComposing: true })
  fireEvent.keyDown(area(), { key: "Enter", keyCode: 229 })
  expect(chat.send).not.toHaveBeenCalled()
})

test("nothing but white space is not sent", () => {
  const chat = show({ sessionID: "ses_1" })
  type("  \n ")
  fireEvent.keyDown(area(), { key: "Enter" })
  expect(chat.send).not.toHaveBeenCalled()
})

test("a refused prompt is the draft again, and the reason is said", async () => {
  show({ sessionID: "ses_1" }, { send: refuse("The server is out of disk space.") })
  type("Fix the test")
  fireEvent.keyDown(area(), { key: "Enter" })
  await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("The server is out of disk space."))
  expect(area().value).toBe("Fix the test")
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

test("the first prompt creates the session, is sent to it, and opens it", async () => {
  const onStarted = vi.fn()
  const chat = show({ onStarted })
  type("Start")
  fireEvent.click(screen.getByRole("button", { name: "Send" }))
  await waitFor(() => expect(onStarted).toHaveBeenCalledWith("ses_created"))
  expect(chat.send).toHaveBeenCalledWith("ses_created", { text: "Start" })
})

test("what is typed on while the first prompt starts its session goes along into that session", async () => {
  const sent = Promise.withResolvers<void>()
  const onStarted = vi.fn()
  show({ onStarted }, { send: () => sent.promise })
  type("Start")
  fireEvent.keyDown(area(), { key: "Enter" })
  await waitFor(() => expect(area().value).toBe(""))
  type("half a thought")
  sent.resolve()
  await waitFor(() => expect(onStarted).toHaveBeenCalled())
  expect(area().value).toBe("")
  cleanup()
  show({ sessionID: "ses_created" })
  expect(area().value).toBe("half a thought")
})

test("a first prompt that was refused is tried again in the same session", async () => {
  const onStarted = vi.fn()
  const send = vi.fn().mockRejectedValueOnce(new Error("Not now.")).mockResolvedValueOnce(undefined)
  const chat = show({ onStarted }, { send })
  type("Start")
  fireEvent.keyDown(area(), { key: "Enter" })
  await screen.findByText("Not now.")
  expect(onStarted).not.toHaveBeenCalled()
  expect(area().value).toBe("Start")
  fireEvent.keyDown(area(), { key: "Enter" })
  await waitFor(() => expect(onStarted).toHaveBeenCalledWith("ses_created"))
  expect(chat.createSession).toHaveBeenCalledTimes(1)
})

test("while the agent works there is a way to stop it, and a next prompt can be sent", async () => {
  const chat = show({ sessionID: "ses_1" })
  expect(screen.queryByRole("button", { name: "Stop" })).toBeNull()
  chat.set("status", "ses_1", { type: "busy" })
  fireEvent.click(screen.getByRole("button", { name: "Stop" }))
  expect(chat.stop).toHaveBeenCalledWith("ses_1")
  type("And then this")
  fireEvent.keyDown(area(), { key: "Enter" })
  await waitFor(() => expect(chat.send).toHaveBeenCalled())
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
  expect(chat.send).not.toHaveBeenCalled()
  providers = { acme: ["small"] }
  fireEvent.click(screen.getByRole("button", { name: "Look again" }))
  await waitFor(() => expect(screen.queryByText("This server has no model to answer with")).toBeNull())
  fireEvent.keyDown(area(), { key: "Enter" })
  await waitFor(() => expect(chat.send).toHaveBeenCalled())
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
  await waitFor(() => expect(chat.send).toHaveBeenCalledWith("ses_1", { text: "Go", agent: "plan" }))
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
