import { expect, test } from "vitest"
import { secondsToMorning } from "./sandbox-menu.ts"

test("until tomorrow is until nine in the morning of the next day, also at the end of a month", () => {
  expect(secondsToMorning(new Date(2026, 0, 31, 22, 0))).toBe(11 * 3_600)
  expect(secondsToMorning(new Date(2026, 0, 31, 0, 30))).toBe(32.5 * 3_600)
})
