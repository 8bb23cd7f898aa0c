import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeFrameQueue, nextFrame } from "./frame-queue.ts"

function makeManual() {
  let run: (() => void) | undefined
  let asked = 0
  return {
    schedule: (next: () => void) => {
      asked += 1
      run = next
      return () => {
        run = undefined
      }
    },
    frame: () => run?.(),
    asked: () => asked,
  }
}

test("everything of one frame is handed over at once, in order", () => {
  const manual = makeManual()
  const seen: number[][] = []
  const queue = makeFrameQueue<number>((items) => seen.push(items), manual.schedule)
  queue.push(1, 2)
  queue.push(3)
  expect(seen).toEqual([])
  manual.frame()
  expect(seen).toEqual([[1, 2, 3]])
  expect(manual.asked()).toBe(1)
})

test("what arrives while flushing waits for the next frame", () => {
  const manual = makeManual()
  const seen: number[][] = []
  const queue = makeFrameQueue<number>((items) => {
    seen.push(items)
    if (items[0] === 1) queue.push(2)
  }, manual.schedule)
  queue.push(1)
  manual.frame()
  expect(seen).toEqual([[1]])
  manual.frame()
  expect(seen).toEqual([[1], [2]])
})

test("a stopped queue drops what waits and takes nothing more", () => {
  const manual = makeManual()
  const flush = vi.fn()
  const queue = makeFrameQueue<number>(flush, manual.schedule)
  queue.push(1)
  queue.stop()
  queue.push(2)
  manual.frame()
  queue.flushNow()
  expect(flush).not.toHaveBeenCalled()
})

test("flushNow hands over without waiting, and the frame has nothing left to do", () => {
  const manual = makeManual()
  const flush = vi.fn()
  const queue = makeFrameQueue<number>(flush, manual.schedule)
  queue.push(1)
  queue.flushNow()
  manual.frame()
  expect(flush).toHaveBeenCalledOnce()
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test("a tab that was hidden after the frame was asked for still gets its flush", () => {
  vi.spyOn(globalThis, "requestAnimationFrame").mockReturnValue(1)
  const run = vi.fn()
  nextFrame(run)
  vi.advanceTimersByTime(100)
  expect(run).toHaveBeenCalledOnce()
})

test("a hidden tab does not ask for a frame that never comes", () => {
  const ask = vi.spyOn(globalThis, "requestAnimationFrame").mockReturnValue(1)
  vi.spyOn(document, "hidden", "get").mockReturnValue(true)
  const run = vi.fn()
  nextFrame(run)
  vi.advanceTimersByTime(100)
  expect(ask).not.toHaveBeenCalled()
  expect(run).toHaveBeenCalledOnce()
})
