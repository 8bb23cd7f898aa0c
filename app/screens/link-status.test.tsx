import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Connection, LinkState } from "../connection/connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { LinkStatus } from "./link-status.tsx"

function show(first: LinkState) {
  const [state, setState] = createSignal<LinkState>(first)
  const [reason, setReason] = createSignal<string>()
  const retryNow = vi.fn()
  const link = { state, reason, retryNow, follow: () => undefined }
  render(() => (
    <ConnectionProvider value={{ link } as unknown as Connection}>
      <LinkStatus />
    </ConnectionProvider>
  ))
  return { setState, setReason, retryNow }
}
const words = () => document.body.textContent ?? ""

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test("a live link is one word, at once", () => {
  show("live")
  expect(words()).toBe("live")
})

test("short trouble is not worth a word", () => {
  const { setState } = show("live")
  setState("retrying")
  vi.advanceTimersByTime(1_900)
  setState("live")
  vi.advanceTimersByTime(5_000)
  expect(words()).toBe("live")
})

test("trouble that lasts 2 s is said with its reason, and can be retried now", () => {
  const { setState, setReason, retryNow } = show("live")
  setReason("The server closed the connection.")
  setState("retrying")
  vi.advanceTimersByTime(2_000)
  expect(screen.getByRole("status").textContent).toContain("The server closed the connection.")
  fireEvent.click(screen.getByText("Retry now"))
  expect(retryNow).toHaveBeenCalledOnce()
})

test("switching between kinds of trouble does not start the patience again", () => {
  const { setState } = show("live")
  setState("retrying")
  vi.advanceTimersByTime(1_000)
  setState("connecting")
  vi.advanceTimersByTime(1_000)
  expect(screen.getByRole("status").textContent).toContain("Connecting")
})

test("being live again clears the words at once", () => {
  const { setState } = show("offline")
  vi.advanceTimersByTime(2_000)
  expect(screen.getByText("offline")).toBeTruthy()
  setState("live")
  expect(words()).toBe("live")
})

test("after a recovery, short trouble is again not worth a word", () => {
  const { setState } = show("retrying")
  vi.advanceTimersByTime(2_000)
  setState("live")
  setState("retrying")
  vi.advanceTimersByTime(1_900)
  expect(words()).toBe("live")
})
