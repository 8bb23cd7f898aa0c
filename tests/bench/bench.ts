// `npm run bench`: Sandbar beside nginx and the proxy libraries for Node, all in one run. `-- --quick` for a rough
// look, `-- requests` for one scenario. docs/performance.md says what is measured and how.
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type Column,
  type ColumnName,
  columnNames,
  type Setup,
  startColumn,
  startTargets,
} from "./columns.ts"
import { chooseGenerator } from "./load.ts"
import { describeMachine } from "./machine.ts"
import { findNginx } from "./nginx.ts"
import { render } from "./report.ts"
import { Results } from "./results.ts"
import type { Bench, Scenario } from "./scenario.ts"
import { events } from "./scenarios/events.ts"
import { fixedRate } from "./scenarios/fixed-rate.ts"
import { openStreams } from "./scenarios/open-streams.ts"
import { requests } from "./scenarios/requests.ts"
import { sockets } from "./scenarios/sockets.ts"
import { streamMemory } from "./scenarios/stream-memory.ts"
import { transfer } from "./scenarios/transfer.ts"
import { startPages } from "./targets.ts"

const all: readonly Scenario[] = [requests, fixedRate, events, transfer, openStreams, streamMemory, sockets]
const quickRounds = 2

const say = (text: string) => void process.stderr.write(`${text}\n`)
const stops: (() => unknown)[] = []

async function bench(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--quick")
  const unknown = names.find((name) => !all.some((scenario) => scenario.name === name))
  if (unknown !== undefined) {
    say(`There is no scenario ${unknown}. There are: ${all.map(({ name }) => name).join(", ")}; and --quick.`)
    return 1
  }
  if (!existsSync("/proc/self/stat")) {
    say("The benchmark reads costs from /proc, so it needs Linux.")
    return 1
  }
  const scenarios = names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
  const columns = columnNames.filter((name) => name !== "nginx" || findNginx() !== undefined)
  if (!columns.includes("nginx"))
    say("NGINX IS NOT INSTALLED: its column is missing, and the goals that compare with it are not measured.")

  const generator = chooseGenerator()
  const machine = describeMachine(generator)
  const setup = await prepare()
  const results = new Results()
  const faults: string[] = []
  const run = { generator, quick: args.includes("--quick") }
  for (const scenario of scenarios) {
    const failed = await measure(scenario, columns, setup, run, results)
    faults.push(...failed)
  }
  process.stdout.write(render({ machine, scenarios, columns, results, faults }))
  return faults.length === 0 ? 0 : 1
}

async function prepare(): Promise<Setup> {
  const directory = mkdtempSync(join(tmpdir(), "sandbar-bench-"))
  stops.push(() => rmSync(directory, { recursive: true, force: true }))
  const targets = await startTargets()
  stops.push(targets.stop)
  const own = startPages(() => performance.now())
  stops.push(own.stop)
  const ports = { pages: targets.pages, bytes: targets.bytes, events: own.port }
  return { directory, ports, targetsPid: targets.pid }
}

/** Answers what could not be measured. A column that fails once is left out of the rounds that follow. */
async function measure(
  scenario: Scenario,
  columns: readonly ColumnName[],
  setup: Setup,
  run: Bench,
  results: Results,
): Promise<string[]> {
  const faults = new Map<ColumnName, string>()
  const open = new Map<ColumnName, Column>()
  const names = scenario.columns.filter((name) => columns.includes(name))
  const attempt = async (name: ColumnName, work: (column: Column) => Promise<void>) => {
    if (faults.has(name)) return
    try {
      const column = open.get(name) ?? (await startColumn(name, setup))
      open.set(name, column)
      stops.push(column.stop)
      await work(column)
      if (!scenario.fresh) return
      open.delete(name)
      await column.stop()
    } catch (error) {
      faults.set(name, error instanceof Error ? error.message : String(error))
    }
  }
  const { warmUp } = scenario
  if (warmUp) for (const name of names) await attempt(name, (column) => warmUp(column, run))
  const rounds = run.quick ? Math.min(quickRounds, scenario.rounds) : scenario.rounds
  for (let round = 1; round <= rounds; round++)
    for (const name of names) {
      say(`${scenario.name}, round ${round} of ${rounds}: ${name}`)
      await attempt(name, async (column) => results.add(name, await scenario.run(column, run)))
    }
  for (const column of open.values()) await column.stop()
  return [...faults].map(([name, why]) => `${scenario.name}, ${name}: ${why}`)
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => void stopAll().then(() => process.exit(130)))

process.exitCode = await bench(process.argv.slice(2)).finally(stopAll)
