// `check` and `test`: every step runs even when one before it failed, and the last line counts them all.
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { notRunLines, readyCluster } from "./cluster-suite.mjs"
import { root } from "./root.mjs"
import { runChild } from "./run-child.mjs"
import { addCounts, countLine, countOf, failedLines, noCounts, skippedLines } from "./test-counts.mjs"

const vitest = ["--bun", "node_modules/vitest/vitest.mjs", "run"]
const checks = [
  ["--bun", "node_modules/typescript/bin/tsc", "-p", "."],
  ["--bun", "node_modules/@biomejs/biome/bin/biome", "check"],
]

/** By itself Vitest leaves one core idle, which is half of a machine with two. */
const bothCores = `--maxWorkers=${Math.max(2, availableParallelism() - 1)}`

/**
 * Tests of the proxy start programs and measure time, so they leave a core to those. Chromium stories come after
 * everything else: they would starve beside other tests.
 */
const suites = {
  app: ["--project", "app", bothCores],
  proxy: ["--project", "proxy"],
  e2e: ["--project", "e2e", "--project", "e2e-alone"],
  cluster: ["--project", "cluster"],
}

export async function runCheck(bun) {
  let worst = 0
  for (const step of [...checks, [...vitest, "--project", "proxy", "tests/house.test.ts"]]) {
    worst = Math.max(worst, await runChild(bun, step))
  }
  return worst
}

/** Prints `N passed, N failed` at the very end. `cluster` says how the cluster suite runs where nobody says it. */
export async function runTests(bun, { check, suites: chosen, cluster, args }) {
  const began = performance.now()
  let counts = noCounts
  for (const step of check ? checks : []) {
    const code = await runChild(bun, step)
    counts = addCounts(counts, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 })
  }
  const failures = []
  const runSuite = async (suite) => {
    const results = await resultsOf(bun, suites[suite], args)
    counts = addCounts(counts, results.counts)
    failures.push(...results.failures)
  }
  for (const suite of chosen) await runSuite(suite)
  const missing = cluster
    ? await readyCluster(cluster, { minutes: (performance.now() - began) / 60_000 })
    : { suite: undefined, node: undefined }
  if (cluster && !missing.suite) await runSuite("cluster")
  for (const line of [...failures, ...notRunLines(missing), ...skippedLines(counts)]) console.log(line)
  console.log(countLine(counts))
  // Whoever asked for this suite alone, or for files that do not exist, has got nothing.
  const isEmpty = counts.passed + counts.failed + counts.skipped === 0
  const nothingRan = (missing.suite && chosen.length === 0) || isEmpty
  return counts.failed > 0 || nothingRan ? 1 : 0
}

async function resultsOf(bun, projects, args) {
  const directory = join(tmpdir(), `sandbar-results-${process.pid}`)
  const file = join(directory, "results.json")
  mkdirSync(directory, { recursive: true })
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]
    // A filter may mean files of one suite only.
    const some = args.length > 0 ? ["--passWithNoTests"] : []
    const code = await runChild(bun, [...vitest, "--root", root, ...projects, ...reporters, ...some, ...args])
    const results = readResults(file)
    return { counts: countOf(results, code), failures: failedLines(results, root) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    // Vitest ended before it wrote anything; the exit code says so and counts as a failure.
    return undefined
  }
}
