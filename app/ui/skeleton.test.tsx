import { cleanup, render } from "@solidjs/testing-library"
import { afterEach, expect, test, vi } from "vitest"
import { Skeleton } from "./skeleton.tsx"

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test("what loads within 150 ms never flickers", () => {
  vi.useFakeTimers()
  const { container, getByRole } = render(() => <Skeleton rows={4} label="Loading sessions" />)
  const rows = () => container.querySelectorAll(".skeleton-row").length
  vi.advanceTimersByTime(149)
  expect(rows()).toBe(0)
  vi.advanceTimersByTime(1)
  expect(rows()).toBe(4)
  expect(getByRole("status", { name: "Loading sessions" })).toBeTruthy()
})
