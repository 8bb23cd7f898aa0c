import { cleanup, fireEvent, render } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Tooltips } from "./tooltips.tsx"

const hover = (target: Element, pointerType = "mouse") =>
  fireEvent(target, Object.assign(new Event("pointerover", { bubbles: true }), { pointerType }))
const text = () => document.querySelector(".tooltip")?.textContent

function show() {
  const { getByText } = render(() => (
    <>
      <button type="button" data-tooltip="Say more">
        <span>Icon</span>
      </button>
      <p>Elsewhere</p>
      <Tooltips />
    </>
  ))
  return { icon: getByText("Icon"), elsewhere: getByText("Elsewhere") }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test("shows after a while, and hides on leaving", () => {
  const { icon, elsewhere } = show()
  hover(icon)
  expect(text()).toBe("")
  vi.advanceTimersByTime(450)
  expect(text()).toBe("Say more")
  hover(elsewhere)
  expect(text()).toBe("")
})

test("a pointer that only passes shows nothing", () => {
  const { icon, elsewhere } = show()
  hover(icon)
  vi.advanceTimersByTime(200)
  hover(elsewhere)
  vi.advanceTimersByTime(1_000)
  expect(text()).toBe("")
})

test.each(["Escape", "press"])("%s hides it", (way) => {
  const { icon } = show()
  hover(icon)
  vi.advanceTimersByTime(450)
  if (way === "Escape") fireEvent.keyDown(document.body, { key: "Escape" })
  else fireEvent.pointerDown(icon)
  expect(text()).toBe("")
})

test("one whose owner goes away goes with it", async () => {
  const { icon } = show()
  hover(icon)
  vi.advanceTimersByTime(450)
  icon.closest("button")?.remove()
  await Promise.resolve()
  expect(text()).toBe("")
})

test("a finger does not leave one standing", () => {
  const { icon } = show()
  hover(icon, "touch")
  vi.advanceTimersByTime(1_000)
  expect(text()).toBe("")
})
