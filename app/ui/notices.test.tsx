import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Notices, notify } from "./notices.tsx"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  // Notices outlive a mount; let them run out.
  for (const close of screen.queryAllByRole("button", { name: "Dismiss" })) fireEvent.click(close)
  cleanup()
  vi.useRealTimers()
})
const texts = () => [...document.querySelectorAll(".notice-text")].map((node) => node.textContent)

test("the live region is there before the first notice", () => {
  render(() => <Notices />)
  expect(document.querySelector("[aria-live=polite]")?.textContent).toBe("")
  notify({ text: "Saved." })
  expect(document.querySelector("[aria-live=polite]")?.textContent).toContain("Saved.")
})

test("the action runs once and takes the notice away", () => {
  render(() => <Notices />)
  const run = vi.fn()
  notify({ text: "Removed.", action: { label: "Undo", run } })
  fireEvent.click(screen.getByText("Undo"))
  expect(run).toHaveBeenCalledOnce()
  expect(texts()).toEqual([])
})

test("a notice ends by itself, but not while someone is reading or reaching for it", () => {
  render(() => <Notices />)
  notify({ text: "Removed." })
  const notice = document.querySelector(".notice") as Element
  fireEvent.pointerEnter(notice)
  vi.advanceTimersByTime(60_000)
  expect(texts()).toEqual(["Removed."])
  fireEvent.pointerLeave(notice)
  vi.advanceTimersByTime(8_000)
  expect(texts()).toEqual([])
})

test("a problem stays until it is dismissed", () => {
  render(() => <Notices />)
  notify({ text: "Broken.", kind: "danger" })
  vi.advanceTimersByTime(60_000)
  expect(texts()).toEqual(["Broken."])
  fireEvent.click(screen.getByRole("button", { name: "Dismiss" }))
  expect(texts()).toEqual([])
})

test("the same text twice is one notice, and never more than four stand there", () => {
  render(() => <Notices />)
  notify({ text: "a" })
  notify({ text: "a" })
  expect(texts()).toEqual(["a"])
  for (const text of ["b", "c", "d", "e"]) notify({ text })
  expect(texts()).toEqual(["b", "c", "d", "e"])
})
