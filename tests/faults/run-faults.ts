// All lanes side by side until so many connections were cut; afterwards every prompt is accounted for.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startModel, testScript } from "../../demo/model.ts"
import { openBrowser } from "../e2e/harness/browser.ts"
import { root } from "../e2e/harness/sandbar.ts"
import { loadAnew } from "./compare.ts"
import type { Lane } from "./lane.ts"
import { openLanes } from "./open-lanes.ts"
import { judgePrompts, type PromptCounts } from "./prompts.ts"
import { answerAll, type Cut, playRound } from "./round.ts"

export interface FaultsOptions {
  readonly seed: number
  readonly cuts: number
  /** How many lanes of quick faults; one that restarts, and one with the faults that take half a minute, come on top. */
  readonly lanes: number
  /** How many browser contexts look at the server of each of the quick lanes. */
  readonly watchers: number
  readonly say: (text: string) => void
  /** Milliseconds after which no round begins any more. */
  readonly atMostMs: number
}

export interface FaultsResult {
  readonly cuts: readonly Cut[]
  readonly prompts: PromptCounts
  readonly rounds: number
  readonly violations: readonly string[]
}

/** After so many, more would only repeat them. */
const mostViolations = 5
const pace = { chunkDelay: 12, sleep: (ms: number) => Bun.sleep(ms) }

export async function runFaults(options: FaultsOptions): Promise<FaultsResult> {
  const stops: (() => unknown)[] = []
  const defer = (stop: () => unknown) => void stops.unshift(stop)
  try {
    return await play(options, defer)
  } finally {
    for (const stop of stops.splice(0)) await stop()
  }
}

async function play(options: FaultsOptions, defer: (stop: () => unknown) => void): Promise<FaultsResult> {
  const { say } = options
  const model = startModel(testScript, pace)
  defer(model.stop)
  const browser = await openBrowser()
  defer(browser.close)
  const lanes = await openLanes({ ...options, browser, model, defer })
  say(`${lanes.length} servers, ${lanes.flatMap((lane) => lane.watchers).length} browser contexts are ready`)

  const run: Run = {
    ...options,
    cuts: [],
    violations: [],
    rounds: 0,
    wanted: options.cuts,
    began: Date.now(),
  }
  await Promise.all(
    lanes.map((lane) =>
      playLane(lane, run).catch((error) => complain(run, `lane ${lane.name} cannot go on: ${error}`)),
    ),
  )
  const prompts: PromptCounts = { sent: 0, answered: 0, cutOff: 0, handedBack: 0 }
  for (const lane of lanes) run.violations.push(...(await judgePrompts(lane.prompts, lane.view, prompts)))
  for (const { faults } of lanes.flatMap((lane) => lane.watchers)) run.violations.push(...faults())
  return { cuts: run.cuts, violations: run.violations, rounds: run.rounds, prompts }
}

interface Run {
  readonly seed: number
  readonly wanted: number
  readonly atMostMs: number
  readonly began: number
  readonly say: (text: string) => void
  readonly cuts: Cut[]
  readonly violations: string[]
  rounds: number
}

const isOver = (run: Run) =>
  run.cuts.length >= run.wanted ||
  run.violations.length >= mostViolations ||
  Date.now() - run.began > run.atMostMs

async function playLane(lane: Lane, run: Run): Promise<void> {
  for (let number = 0; !isOver(run); number++) {
    const where = `seed ${run.seed}, lane ${lane.name}, round ${number}`
    const restart = lane.restarts[number % lane.restarts.length]
    try {
      const round = await playRound(lane, restart)
      run.rounds += 1
      run.cuts.push(...round.cuts)
      for (const violation of round.violations) complain(run, `${where} (${round.what}): ${violation}`)
      if (run.rounds % 5 === 0) run.say(`${run.cuts.length} cuts after ${secondsSince(run.began)} s`)
      if (round.violations.length > 0) await startOver(lane, where)
    } catch (error) {
      complain(run, `${where}: ${error instanceof Error ? error.message : error}`)
      await startOver(lane, where)
    }
  }
  await answerAll(lane)
}

/** At once, so that nobody waits ten minutes for it. */
function complain(run: Run, violation: string): void {
  run.violations.push(violation)
  run.say(violation)
}

/** What went wrong is kept, and the next round begins with pages that know nothing of it. */
async function startOver(lane: Lane, where: string): Promise<void> {
  const directory = join(root, "test-results", "faults")
  mkdirSync(directory, { recursive: true })
  for (const { name, pages, urlOf } of lane.watchers) {
    for (const [index, page] of pages.entries()) {
      const file = join(directory, `${where} ${name} ${index}`.replace(/[^\w]+/g, "-"))
      // A machine that is too busy for a picture has said enough.
      const picture = await page.screenshot({ timeout: 5_000 }).catch(() => undefined)
      if (picture) writeFileSync(`${file}.png`, picture)
      await loadAnew(page, urlOf(lane.sessionID))
    }
  }
}

const secondsSince = (began: number) => Math.round((Date.now() - began) / 1_000)
