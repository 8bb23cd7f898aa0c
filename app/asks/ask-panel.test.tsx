import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { permission, question } from "../../tests/fakes/chat-parts.ts"
import { makeFakeAsks } from "../../tests/fakes/fake-asks.ts"
import { stubResizeObserver } from "../../tests/fakes/resize-observer.ts"
import type { Ask, Asks } from "./ask.ts"
import { AskPanel } from "./ask-panel.tsx"
import { AsksContextProvider } from "./asks-context.tsx"

function show(initial: Ask[], overrides: Partial<Asks> = {}) {
  const asks = makeFakeAsks(overrides)
  const [open, setOpen] = createSignal(initial)
  render(() => (
    <AsksContextProvider value={asks}>
      <AskPanel
        asks={open()}
        directory="/work/repo"
        askerOf={(id) => (id === "ses_child" ? "Look around" : undefined)}
      />
    </AsksContextProvider>
  ))
  return { asks, setOpen }
}

const permissionAsk = (...args: Parameters<typeof permission>): Ask => ({
  kind: "permission",
  request: permission(...args),
})
const questionAsk = (...args: Parameters<typeof question>): Ask => ({
  kind: "question",
  request: question(...args),
})
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }))

beforeEach(stubResizeObserver)
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test("a permission shows the command, and Once and Always answer it", () => {
  const { asks } = show([permissionAsk("per_1")])
  expect(screen.getByRole("heading", { name: "The agent wants to run a command" })).toBeTruthy()
  expect(screen.getByText("rm -rf dist")).toBeTruthy()
  expect(screen.getByText(/until the server restarts: rm \*/)).toBeTruthy()
  press("Once")
  expect(asks.replyPermission).toHaveBeenCalledWith("per_1", "once")
})

test("Always is offered only where the server remembers something", () => {
  const { asks, setOpen } = show([permissionAsk("per_1")])
  press("Always")
  expect(asks.replyPermission).toHaveBeenCalledWith("per_1", "always")
  setOpen([permissionAsk("per_2", { always: [] })])
  expect(screen.queryByRole("button", { name: "Always" })).toBeNull()
})

test("an edit shows what would change", () => {
  const filepath = "/work/repo/src/a.ts"
  const diff = `--- ${filepath}\n+++ ${filepath}\n@@ -1 +1 @@\n-b()\n+await b()\n`
  show([permissionAsk("per_1", { permission: "edit", metadata: { filepath, diff } })])
  expect(screen.getByRole("heading", { name: "The agent wants to change a.ts" })).toBeTruthy()
  expect(screen.getByTitle("src/a.ts").textContent).toBe("src/a.ts")
  expect(screen.getByText("await b()")).toBeTruthy()
  expect(screen.getByText("+1")).toBeTruthy()
})

test("rejecting asks why; without a reason it stops the turn, with one the agent goes on", async () => {
  const { asks } = show([permissionAsk("per_1")])
  press("Reject")
  expect(asks.replyPermission).not.toHaveBeenCalled()
  press("Reject and stop")
  await waitFor(() => expect(asks.replyPermission).toHaveBeenCalledWith("per_1", "reject", undefined))
  fireEvent.input(screen.getByRole("textbox"), { target: { value: "use trash instead" } })
  await waitFor(() => press("Reject with reason"))
  await waitFor(() =>
    expect(asks.replyPermission).toHaveBeenLastCalledWith("per_1", "reject", "use trash instead"),
  )
})

test("an answer that the server refuses leaves the ask and says why", async () => {
  show([permissionAsk("per_1")], {
    replyPermission: vi.fn(async () => Promise.reject(new Error("The ask is gone."))),
  })
  press("Once")
  expect((await screen.findByRole("alert")).textContent).toBe("The ask is gone.")
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Once" }).disabled).toBe(false)
})

test("two presses are one answer", async () => {
  const replyPermission = vi.fn(() => new Promise<void>(() => undefined))
  show([permissionAsk("per_1")], { replyPermission })
  press("Once")
  press("Once")
  expect(replyPermission).toHaveBeenCalledTimes(1)
})

test("a question with several parts is sent when each has an answer, and not before", async () => {
  const request = question("que_1")
  const [first] = request.questions
  if (!first) throw new Error("the sample has a question")
  const { asks } = show([
    {
      kind: "question",
      request: { ...request, questions: [first, { ...first, question: "Which extras?", multiple: true }] },
    },
  ])
  fireEvent.click(screen.getByRole("radio", { name: /SQLite/ }))
  press("Answer")
  expect(screen.getByRole("alert").textContent).toContain("Pick an answer")
  expect(asks.replyQuestion).not.toHaveBeenCalled()
  for (const box of screen.getAllByRole("checkbox")) fireEvent.click(box)
  press("Answer")
  await waitFor(() =>
    expect(asks.replyQuestion).toHaveBeenCalledWith("que_1", [["SQLite"], ["Postgres", "SQLite"]]),
  )
})

test("a question can be answered in own words, or declined", async () => {
  const { asks } = show([questionAsk("que_1")])
  fireEvent.input(screen.getByRole("textbox", { name: "Your own answer" }), { target: { value: "DuckDB" } })
  press("Answer")
  await waitFor(() => expect(asks.replyQuestion).toHaveBeenCalledWith("que_1", [["DuckDB"]]))
  await waitFor(() => press("Decline"))
  await waitFor(() => expect(asks.rejectQuestion).toHaveBeenCalledWith("que_1"))
})

test("what was typed stays when the same ask arrives anew, and does not leak into the next one", () => {
  const { setOpen } = show([questionAsk("que_1")])
  const own = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Your own answer" })
  fireEvent.input(own(), { target: { value: "DuckDB" } })
  setOpen([questionAsk("que_1"), permissionAsk("per_1", { sessionID: "ses_child" })])
  expect(own().value).toBe("DuckDB")
  expect(screen.getByText("1 more waiting")).toBeTruthy()
  setOpen([questionAsk("que_2")])
  expect(own().value).toBe("")
})

test("an ask of a sub-agent says who asks", () => {
  show([permissionAsk("per_1", { sessionID: "ses_child" })])
  expect(screen.getByText("Sub-agent: Look around")).toBeTruthy()
})

test("typing into a composer that an ask replaced does not answer it", () => {
  const { asks } = show([permissionAsk("per_1")])
  const panel = screen.getByRole("region", { name: "The agent waits for you" })
  expect(document.activeElement).toBe(panel)
  fireEvent.keyDown(panel, { key: "Enter" })
  expect(asks.replyPermission).not.toHaveBeenCalled()
})
