import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { permission } from "../../tests/fakes/chat-parts.ts"
import { makeFakeAsks } from "../../tests/fakes/fake-asks.ts"
import { stubResizeObserver } from "../../tests/fakes/resize-observer.ts"
import { AsksContextProvider } from "./asks-context.tsx"
import { PermissionForm } from "./permission-form.tsx"

const linePx = 20
const boxLines = 10

/** jsdom has no layout: a box of ten lines, with padding, and as much text as there are line feeds. */
function layOut() {
  const lines = (element: Element) => (element.textContent ?? "").split("\n").length
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(boxLines * linePx)
  vi.spyOn(Element.prototype, "scrollHeight", "get").mockImplementation(function (this: Element) {
    return Math.max(boxLines, lines(this)) * linePx + 8
  })
  const style = { lineHeight: `${linePx}px` } as CSSStyleDeclaration
  vi.spyOn(window, "getComputedStyle").mockReturnValue(style)
}

function show(command: string) {
  const asks = makeFakeAsks()
  const [text, setText] = createSignal(command)
  render(() => (
    <AsksContextProvider value={asks}>
      <PermissionForm request={permission("per_1", { metadata: { command: text() } })} directory="/work" />
    </AsksContextProvider>
  ))
  return { asks, setText }
}
const button = (text: string | RegExp) => screen.getByText<HTMLButtonElement>(text, { selector: "button" })
const box = () => document.querySelector(".ask-code") as HTMLElement
function scrollTo(line: number) {
  box().scrollTop = line * linePx
  fireEvent.scroll(box())
}
const commandOf = (lines: number) => Array.from({ length: lines }, (_, index) => `echo ${index}`).join("\n")

beforeEach(() => {
  stubResizeObserver()
  layOut()
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test("a command that fits is answered at once, without a word about lines", () => {
  const { asks } = show(commandOf(boxLines))
  expect(document.querySelector(".ask-more")).toBeNull()
  fireEvent.click(button("Once"))
  expect(asks.replyPermission).toHaveBeenCalledOnce()
})

// The attack: the harmful line stands below what the box shows.
test("what is out of sight is counted, and nothing is allowed before it was seen", () => {
  const { asks } = show(commandOf(boxLines + 12))
  expect(button(/12 more lines/).textContent).toContain("read on before you allow it")
  expect([button("Once").disabled, button("Always").disabled, button("Reject").disabled]).toEqual([
    true,
    true,
    false,
  ])
  scrollTo(11)
  expect(button(/^1 more line:/)).toBeTruthy()
  expect(button("Once").disabled).toBe(true)
  scrollTo(12)
  expect(button("This is the end.").disabled).toBe(true)
  fireEvent.click(button("Once"))
  expect(asks.replyPermission).toHaveBeenCalledOnce()
})

test("what was seen to its end stays allowed when the person scrolls back", () => {
  show(commandOf(boxLines + 5))
  scrollTo(5)
  scrollTo(0)
  expect(button(/5 more lines/).textContent).not.toContain("before you allow it")
  expect(button("Once").disabled).toBe(false)
})

test("the count is a button that goes on reading", () => {
  show(commandOf(boxLines + 12))
  fireEvent.click(button(/12 more lines/))
  expect(box().scrollTop).toBe((boxLines - 1) * linePx)
})

test("another command has to be seen anew", () => {
  const { setText } = show(commandOf(boxLines + 5))
  scrollTo(5)
  setText(`${commandOf(boxLines + 5)}\nrm -rf /`)
  expect(box().scrollTop).toBe(0)
  expect(button("Once").disabled).toBe(true)
})
