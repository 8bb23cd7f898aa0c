import { expect, test } from "vitest"
import { downAfter, roundMs, waitMs } from "./health-schedule.ts"

const seconds = (down: number, random = 0) => waitMs(down, () => random) / 1_000

test("a server that stays down is looked at after 10, 20, 40 and then every 60 s", () => {
  expect([1, 2, 3, 4, 5, 50].map((down) => seconds(down))).toEqual([10, 20, 40, 60, 60, 60])
})

test("a server that is up is looked at every 10 s sharp", () => {
  expect(waitMs(0, () => 0.9)).toBe(roundMs)
})

test("those that went down together drift apart, by a tenth at most and never later", () => {
  expect(seconds(4, 0.999)).toBeGreaterThan(53.9)
  expect(seconds(4, 0.5)).toBe(57)
})

test("one good look ends the waiting; one that is starting is not down", () => {
  expect(downAfter({ kind: "failed", reason: "" }, 3)).toBe(4)
  expect(downAfter({ kind: "wrong-password" }, 0)).toBe(1)
  expect(downAfter({ kind: "healthy", version: "1", latencyMs: 1 }, 4)).toBe(0)
  expect(downAfter({ kind: "starting", reason: "" }, 4)).toBe(0)
})
