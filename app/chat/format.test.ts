import { expect, test } from "vitest"
import { cost, count, duration, plural } from "./format.ts"

test("durations are short and never lie about their size", () => {
  expect([0, 420, 9_949, 9_950, 59_400, 64_000, 3_840_000].map(duration)).toEqual([
    ...["0.0 s", "0.4 s", "9.9 s", "10 s", "59 s", "1 min 4 s", "1 h 4 min"],
  ])
  expect(duration(-5)).toBe("")
  expect(duration(Number.NaN)).toBe("")
})

test("counts keep one digit after the unit", () => {
  expect([0, 999, 1000, 12_345, 999_949, 999_950].map(count)).toEqual([
    "0",
    "999",
    "1.0k",
    "12.3k",
    "999.9k",
    "1.0M",
  ])
})

test("a cost below a cent is not rounded away", () => {
  expect([0, 12.3, 0.01, 0.0042, 0.00001].map(cost)).toEqual([
    "$0.00",
    "$12.30",
    "$0.01",
    "$0.0042",
    "$0.000010",
  ])
})

test("one is singular", () => {
  expect([plural(1, "file"), plural(2, "file"), plural(2, "search", "searches")]).toEqual([
    "1 file",
    "2 files",
    "2 searches",
  ])
})
