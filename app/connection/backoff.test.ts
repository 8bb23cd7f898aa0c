import { expect, test } from "vitest"
import { backoffMs } from "./backoff.ts"

test("the longest wait doubles from half a second to half a minute", () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 50, 5000].map((attempt) => backoffMs(attempt, () => 1))
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
})

test("the wait is spread over the whole range, so that many tabs do not come back at once", () => {
  expect([0, 0.25, 0.5].map((random) => backoffMs(3, () => random))).toEqual([0, 1000, 2000])
})
