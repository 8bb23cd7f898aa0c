import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeTestClock, type TestClock } from "../../tests/fakes/test-clock.ts"
import { watchWake } from "./wake.ts"

let clock: TestClock
let page: EventTarget
let document: EventTarget & { hidden: boolean }
let log: string[]
let stop: () => void

beforeEach(() => {
  clock = makeTestClock()
  page = new EventTarget()
  document = Object.assign(new EventTarget(), { hidden: false })
  log = []
  const note = (what: string) => () => void log.push(what)
  stop = watchWake({ wake: note("wake"), leave: note("leave"), offline: note("offline") }, clock, {
    window: page,
    document,
  })
})
afterEach(() => stop())

describe("a sleep", () => {
  test("of 30 s is noticed within 2 s of waking by a tab that is shown", async () => {
    await clock.advance(10_000)
    clock.jump(30_000)
    await clock.advance(2_000)
    expect(log).toEqual(["wake"])
  })

  test("is not seen in the late timers of a hidden tab", async () => {
    document.hidden = true
    await clock.advance(2_000)
    clock.jump(60_000)
    await clock.advance(2_000)
    document.hidden = false
    await clock.advance(20_000)
    expect(log).toEqual([])
    document.hidden = true
    clock.jump(80_000)
    await clock.advance(2_000)
    expect(log).toEqual(["wake"])
  })

  test("is not seen in a clock that is set back, nor in one that runs as it should", async () => {
    clock.jump(-3_600_000)
    await clock.advance(600_000)
    expect(log).toEqual([])
  })
})

test.each([
  ["window", "online", "wake"],
  ["window", "focus", "wake"],
  ["window", "pageshow", "wake"],
  ["document", "resume", "wake"],
  ["window", "offline", "offline"],
  ["window", "pagehide", "leave"],
  ["document", "freeze", "leave"],
] as const)("%s: %s means %s", (where, type, what) => {
  const target = where === "window" ? page : document
  target.dispatchEvent(new Event(type))
  expect(log).toEqual([what])
  stop()
  target.dispatchEvent(new Event(type))
  expect(log).toEqual([what])
})

test("a tab wakes when it is shown, not when it is hidden", () => {
  document.hidden = true
  document.dispatchEvent(new Event("visibilitychange"))
  expect(log).toEqual([])
  document.hidden = false
  document.dispatchEvent(new Event("visibilitychange"))
  expect(log).toEqual(["wake"])
})
