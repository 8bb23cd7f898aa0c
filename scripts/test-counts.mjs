// What the last line of `npm test` says.
export const noCounts = { passed: 0, failed: 0, skipped: 0 }

export function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

export function countLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`
}

/** What was not run belongs beside the counts, or zero failures would look like success. */
export function skippedLines({ skipped }) {
  return skipped > 0 ? [`NOT RUN: ${skipped} tests were skipped; where they are, it says why.`] : []
}

/**
 * A line for each test that failed, with the file and the first line of its message: whoever has only the end of
 * a long log (as most CI services show) still learns what to look at.
 */
export function failedLines(results, root) {
  return (results?.testResults ?? []).flatMap((file) => {
    const name = file.name.replace(`${root}/`, "")
    const tests = file.assertionResults.filter((test) => test.status === "failed")
    if (file.status === "failed" && tests.length === 0) return [`FAILED: ${name}: ${firstLine(file.message)}`]
    return tests.map((test) => `FAILED: ${name}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`)
  })
}

function firstLine(text) {
  return text?.trim().split("\n")[0] || "without a message"
}

/**
 * Counts of one Vitest run. A run that ends badly without a failed test (a file that does not load, an error
 * after the last test, no report at all) still counts as one failure: zero failures must mean success.
 */
export function countOf(results, exitCode) {
  const passed = results?.numPassedTests ?? 0
  const files = results?.testResults ?? []
  const broken = files.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length
  const failed = (results?.numFailedTests ?? 0) + broken
  const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0)
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped }
}
