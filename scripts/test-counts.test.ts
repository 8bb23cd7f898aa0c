import { expect, test } from "vitest"
import { addCounts, countLine, countOf, failedLines, noCounts, skippedLines } from "./test-counts.mjs"

const run = (fields: object) => ({ numPassedTests: 0, numFailedTests: 0, testResults: [], ...fields })

test("the last line counts what passed and failed; what was skipped is said before it", () => {
  const counts = { passed: 3, failed: 1, skipped: 2 }
  expect(countLine(counts)).toBe("3 passed, 1 failed")
  expect(skippedLines(counts)).toEqual(["NOT RUN: 2 tests were skipped; where they are, it says why."])
  expect(skippedLines(noCounts)).toEqual([])
})

test("runs add up", () => {
  const one = countOf(run({ numPassedTests: 2, numPendingTests: 1 }), 0)
  expect(addCounts(addCounts(noCounts, one), countOf(run({ numFailedTests: 1 }), 1))).toEqual({
    passed: 2,
    failed: 1,
    skipped: 1,
  })
})

test("a file that does not load counts as a failure", () => {
  const broken = { status: "failed", assertionResults: [] }
  expect(countOf(run({ numPassedTests: 5, testResults: [broken] }), 1).failed).toBe(1)
})

test("a run that ends badly is never zero failures", () => {
  expect(countOf(run({ numPassedTests: 5 }), 1).failed).toBe(1)
  expect(countOf(undefined, 139)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test("a run that reports nothing and ends well still counts nothing as passed", () => {
  expect(countOf(undefined, 0).passed).toBe(0)
})

test("every failure is named again at the end, with its file and the first line of its message", () => {
  const tests = [
    { status: "passed", fullName: "a bird sings" },
    {
      status: "failed",
      fullName: "a bird flies",
      failureMessages: ["AssertionError: expected 1 to be 2\n    at x"],
    },
  ]
  const files = [
    { name: "/home/a/app/bird.test.ts", status: "failed", assertionResults: tests },
    {
      name: "/home/a/app/egg.test.ts",
      status: "failed",
      message: "SyntaxError: no\nmore",
      assertionResults: [],
    },
    { name: "/home/a/app/nest.test.ts", status: "passed", assertionResults: [tests[0]] },
  ]
  expect(failedLines(run({ testResults: files }), "/home/a")).toEqual([
    "FAILED: app/bird.test.ts: a bird flies: AssertionError: expected 1 to be 2",
    "FAILED: app/egg.test.ts: SyntaxError: no",
  ])
  expect(failedLines(undefined, "/home/a")).toEqual([])
})
