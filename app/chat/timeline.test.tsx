import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import {
  answer,
  type assistantMessage,
  prompt,
  reasoningPart,
  session,
  textPart,
  toolPart,
  userMessage,
  withState,
} from "../../tests/fakes/chat-parts.ts"
import { type FakeChat, makeFakeChat } from "../../tests/fakes/fake-chat.ts"
import { stubResizeObserver } from "../../tests/fakes/resize-observer.ts"
import { ChatContextProvider } from "./chat-context.tsx"
import type { Turn } from "./chat-state.ts"
import { type OpenedSession, Timeline, type TimelineProps } from "./timeline.tsx"

const ready: OpenedSession = {
  state: () => "ready",
  reason: () => undefined,
  hasEarlier: () => false,
  loadEarlier: async () => undefined,
  retry: () => undefined,
}

function show(
  turns: Turn[],
  status: "busy" | "idle" = "idle",
  opened: Partial<OpenedSession> = {},
  waitsFor?: TimelineProps["waitsFor"],
): FakeChat {
  const chat = makeFakeChat({
    sessions: { ses_1: session("ses_1") },
    messages: { ses_1: turns },
    status: { ses_1: { type: status } },
  })
  render(() => (
    <ChatContextProvider value={chat}>
      <Timeline
        sessionID="ses_1"
        opened={{ ...ready, ...opened }}
        {...(waitsFor && { waitsFor })}
        sessionHref={(id) => `/s/a:1/session/${id}`}
      />
    </ChatContextProvider>
  ))
  return chat
}

beforeEach(stubResizeObserver)

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test("text that streams in grows where it stands, and what is finished keeps its nodes", async () => {
  const chat = show(
    [prompt("1", "Go"), answer("2", [textPart("t", "One.\n\nTw")], { time: { created: 1 } })],
    "busy",
  )
  const first = await screen.findByText("One.")
  chat.set("messages", "ses_1", 1, "parts", 0, { text: "One.\n\nTwo **strong** words" } as never)
  await waitFor(() => expect(screen.getByText("strong").tagName).toBe("STRONG"))
  expect(screen.getByText("One.")).toBe(first)
})

test("a tool call is one folded line that opens to its command and output", async () => {
  show([
    prompt("1", "Go"),
    answer("2", [
      toolPart("b", "bash", { command: "bun test" }, { metadata: { output: "12 pass", exit: 0 } }),
    ]),
  ])
  const line = screen.getByRole("button", { name: /Run.*bun test.*1\.2 s/ })
  expect(screen.queryByText(/12 pass/)).toBeNull()
  fireEvent.click(line)
  expect(screen.getByText(/12 pass/).textContent).toContain("$ bun test")
})

test("a failed call opens by itself and says why", () => {
  const failed = withState(toolPart("r", "read", {}), {
    status: "error",
    input: { filePath: "/work/repo/nope.ts" },
    error: "File not found",
    time: { start: 1, end: 2 },
  })
  show([prompt("1", "Go"), answer("2", [failed])])
  expect(screen.getByRole("button", { name: /Read.*nope\.ts.*failed/ }).getAttribute("aria-expanded")).toBe(
    "true",
  )
  expect(screen.getByText("File not found")).toBeTruthy()
})

test("a rejected call stays folded and says in plain words who rejected it", () => {
  const rejected = withState(toolPart("b", "bash", {}), {
    status: "error",
    input: { command: "rm -rf dist" },
    error: "The user rejected permission to use this specific tool call.",
    time: { start: 1, end: 2 },
  })
  show([prompt("1", "Go"), answer("2", [rejected])])
  const line = screen.getByRole("button", { name: /rm -rf dist.*rejected/ })
  expect(line.getAttribute("aria-expanded")).toBe("false")
  fireEvent.click(line)
  expect(screen.getByText("You rejected this.")).toBeTruthy()
  expect(screen.queryByText(/specific tool call/)).toBeNull()
})

test("a call that waits for the person says so, the others run", () => {
  const running = (id: string) =>
    withState(toolPart(id, "bash", {}), { status: "running", input: { command: id }, time: { start: 1 } })
  show(
    [prompt("1", "Go"), answer("2", [running("first"), running("second")])],
    "busy",
    {},
    (part) => part.id === "first",
  )
  expect(screen.getByRole("button", { name: /first.*waits for you/ })).toBeTruthy()
  expect(screen.getByRole("button", { name: /second.*running/ })).toBeTruthy()
})

test("the input of a tool that we do not know is read as lines, not as JSON", () => {
  const failed = withState(toolPart("b", "acme_deploy", {}), {
    status: "error",
    input: { target: "prod", note: "line one\nline two", dry: false },
    error: "No such target",
    time: { start: 1, end: 2 },
  })
  show([prompt("1", "Go"), answer("2", [failed])])
  const fields = [...document.querySelectorAll(".tool-fields > *")].map((one) => one.textContent)
  expect(fields).toEqual(["target", "prod", "note", "line one\nline two", "dry", "false"])
})

test("a prompt that is sent while the agent works is queued; after a stop it says what happened", () => {
  const working = answer("2", [], { time: { created: 1500 } })
  const queued = prompt("3", "And this", { info: userMessage("3", { time: { created: 1600 } }) })
  const chat = show([prompt("1", "Go"), working, queued], "busy")
  expect(screen.getByText("Queued")).toBeTruthy()
  chat.set("messages", "ses_1", 1, "info", {
    error: { name: "MessageAbortedError", data: { message: "" } },
    time: { created: 1500, completed: 2000 },
  } as never)
  chat.set("status", "ses_1", { type: "idle" })
  expect(screen.queryByText("Queued")).toBeNull()
  expect(screen.getByText("Not answered: the agent was stopped first")).toBeTruthy()
  fireEvent.click(screen.getByRole("button", { name: "Retry" }))
  expect(chat.retryPrompt).toHaveBeenCalledWith(expect.objectContaining({ id: "3" }))
})

test("what a person opened stays open when the server sends the part anew", () => {
  const edit = (end: number) =>
    withState(toolPart("e", "edit", {}), {
      status: "completed",
      input: { filePath: "/work/repo/a.ts" },
      output: "",
      title: "a.ts",
      metadata: { diff: "--- a.ts\n+++ a.ts\n@@ -1 +1 @@\n-b()\n+await b()\n" },
      time: { start: 0, end },
    })
  const chat = show([prompt("1", "Go"), answer("2", [edit(1000)])])
  fireEvent.click(screen.getByRole("button", { name: /Edit/ }))
  const added = screen.getByText("await b()")
  chat.set("messages", "ses_1", [prompt("1", "Go"), answer("2", [edit(2000)])])
  expect(screen.getByText("await b()")).toBeTruthy()
  expect(screen.getByRole("button", { name: /2\.0 s/ }).getAttribute("aria-expanded")).toBe("true")
  expect(added).toBeTruthy()
})

test("reasoning is folded and says how long it took", () => {
  show([prompt("1", "Go"), answer("2", [reasoningPart("r", "secret plan", { start: 0, end: 3000 })])])
  expect(screen.getByRole("button", { name: "Thought for 3.0 s" }).getAttribute("aria-expanded")).toBe(
    "false",
  )
  expect(screen.queryByText("secret plan")).toBeNull()
})

test("a finished turn says what it took; one that goes on does not", () => {
  const tokens = { input: 1234, output: 321, reasoning: 0, cache: { read: 0, write: 0 } }
  const chat = show([prompt("1", "Go"), answer("2", [textPart("t", "x")], { tokens, cost: 0.0085 })], "busy")
  expect(screen.queryByText(/in · .* out/)).toBeNull()
  chat.set("status", "ses_1", { type: "idle" })
  expect(screen.getByText("1.2k in · 321 out")).toBeTruthy()
  expect(screen.getByText("$0.0085")).toBeTruthy()
})

test("a stopped answer is calm, a failed one is an alert with the provider's words", () => {
  const info = (id: string, error: ReturnType<typeof assistantMessage>["error"]) => ({
    ...(error && { error }),
    id,
  })
  show([
    prompt("1", "Go"),
    answer("2", [], info("2", { name: "MessageAbortedError", data: { message: "aborted" } })),
    answer("3", [], info("3", { name: "APIError", data: { message: "Quota used up", isRetryable: false } })),
  ])
  expect(screen.getByText("Stopped.").getAttribute("role")).toBeNull()
  expect(screen.getByRole("alert").textContent).toBe("Quota used up.")
})

test("a retry says when and why", () => {
  const chat = show([prompt("1", "Go")], "busy")
  chat.set("status", "ses_1", { type: "retry", attempt: 1, message: "rate limited", next: Date.now() + 4900 })
  expect(screen.getByText(/^stub\/m takes no more .*rate limited.* Attempt 2 in 5 s\.$/)).toBeTruthy()
})

test("a prompt that was never answered can be sent again, after a moment and once at a time", () => {
  vi.useFakeTimers()
  const chat = show([prompt("1", "Do it")])
  expect(screen.queryByText(/No answer came/)).toBeNull()
  vi.advanceTimersByTime(3000)
  const retry = screen.getByRole("button", { name: "Retry" })
  fireEvent.click(retry)
  fireEvent.click(retry)
  vi.useRealTimers()
  expect(chat.retryPrompt).toHaveBeenCalledTimes(1)
  expect(chat.retryPrompt).toHaveBeenCalledWith(expect.objectContaining({ id: "1" }))
})

test("an answer that the server lost half way says so and can go on, once that is certain", () => {
  vi.useFakeTimers()
  const half = answer("2", [textPart("t", "Half an ans")], { time: { created: 1500 } })
  const chat = show([prompt("1", "Do it"), half], "busy")
  vi.advanceTimersByTime(10_000)
  expect(screen.queryByText(/Cut off/)).toBeNull()
  chat.setLive(false)
  chat.set("status", "ses_1", { type: "idle" })
  vi.advanceTimersByTime(10_000)
  expect(screen.queryByText(/Cut off/)).toBeNull()
  chat.setLive(true)
  vi.advanceTimersByTime(2_900)
  expect(screen.queryByText(/Cut off/)).toBeNull()
  vi.advanceTimersByTime(100)
  fireEvent.click(screen.getByRole("button", { name: "Continue" }))
  vi.useRealTimers()
  expect(chat.outbox.send).toHaveBeenCalledWith(
    { sessionID: "ses_1" },
    { text: "Continue.", agent: "build", model: { providerID: "stub", modelID: "m" } },
  )
})

test("a prompt that waits for the server says so and can be cancelled; one on its way is not called late", () => {
  vi.useFakeTimers()
  const chat = show([])
  const id = chat.outbox.send({ sessionID: "ses_1" }, { text: "Do it" })
  chat.set("messages", "ses_1", [prompt(id, "Do it", { pending: true })])
  expect(screen.queryByText("Waiting for the server")).toBeNull()
  chat.setLive(false)
  expect(screen.getByText("Waiting for the server")).toBeTruthy()
  chat.setLive(true)
  expect(screen.queryByText("Waiting for the server")).toBeNull()
  chat.outbox.change({ state: "sending" })
  vi.advanceTimersByTime(2_000)
  expect(screen.getByText("Waiting for the server")).toBeTruthy()
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull()
  chat.setLive(false)
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }))
  vi.useRealTimers()
  expect(chat.outbox.cancel).toHaveBeenCalledWith(id)
})

test("a cancelled prompt that may have been sent says so, and that nothing is left to do", () => {
  const chat = show([])
  const id = chat.outbox.send({ sessionID: "ses_1" }, { text: "Do it" })
  chat.outbox.change({ state: "sending", cancelled: true })
  chat.setLive(false)
  chat.set("messages", "ses_1", [prompt(id, "Do it", { pending: true })])
  expect(screen.getByText(/may have been sent already/)).toBeTruthy()
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull()
})

test("a prompt that the browser cannot store says to keep the tab", () => {
  const chat = show([])
  const id = chat.outbox.send({ sessionID: "ses_1" }, { text: "Do it" })
  chat.outbox.change({ unkept: true })
  chat.setLive(false)
  chat.set("messages", "ses_1", [prompt(id, "Do it", { pending: true })])
  expect(screen.getByText(/leave this tab open/)).toBeTruthy()
})

test("what waits is shown also where the conversation is not loaded", () => {
  const chat = makeFakeChat()
  chat.setLive(false)
  chat.outbox.send({ sessionID: "ses_1" }, { text: "Do it" })
  chat.outbox.send({ sessionID: "ses_2" }, { text: "Not here" })
  render(() => (
    <ChatContextProvider value={chat}>
      <Timeline sessionID="ses_1" opened={{ ...ready, state: () => "waiting" }} sessionHref={String} />
    </ChatContextProvider>
  ))
  expect(screen.getAllByRole("article", { name: "You" }).map((one) => one.textContent)).toEqual([
    "Do itWaiting for the serverCancel",
  ])
})

test("a conversation that could not be loaded says why and can be tried again", () => {
  const retry = vi.fn()
  const [state] = createSignal<"failed">("failed")
  const chat = makeFakeChat()
  render(() => (
    <ChatContextProvider value={chat}>
      <Timeline
        sessionID="ses_1"
        opened={{ ...ready, state, reason: () => "It is down.", retry }}
        sessionHref={String}
      />
    </ChatContextProvider>
  ))
  expect(screen.getByText("It is down.")).toBeTruthy()
  fireEvent.click(screen.getByRole("button", { name: "Try again" }))
  expect(retry).toHaveBeenCalled()
})

test("earlier messages load on demand", async () => {
  const loadEarlier = vi.fn(async () => undefined)
  show([prompt("1", "Go")], "idle", { hasEarlier: () => true, loadEarlier })
  fireEvent.click(screen.getByRole("button", { name: "Load earlier messages" }))
  await waitFor(() => expect(loadEarlier).toHaveBeenCalledTimes(1))
})

test("the view follows the end until the person scrolls up, then offers the way back", () => {
  show([prompt("1", "Go")])
  const scroller = screen.getByRole("region", { name: "Conversation" })
  Object.defineProperties(scroller, {
    scrollHeight: { value: 2000, configurable: true },
    clientHeight: { value: 500, configurable: true },
  })
  const scrollTo = (top: number) => {
    scroller.scrollTop = top
    fireEvent.scroll(scroller)
  }
  scrollTo(1500)
  expect(screen.queryByRole("button", { name: "Jump to latest" })).toBeNull()
  // The content grew: the end is far away, but nobody scrolled.
  Object.defineProperty(scroller, "scrollHeight", { value: 2600, configurable: true })
  scrollTo(1500)
  expect(screen.queryByRole("button", { name: "Jump to latest" })).toBeNull()
  scrollTo(900)
  fireEvent.click(screen.getByRole("button", { name: "Jump to latest" }))
  expect(scroller.scrollTop).toBe(2600)
  expect(screen.queryByRole("button", { name: "Jump to latest" })).toBeNull()
})
