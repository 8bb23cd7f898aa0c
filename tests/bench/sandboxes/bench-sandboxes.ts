// `npm run bench:sandboxes`: what our own part of a start costs, and what many sandboxes cost. `-- --quick` for a rough
// look, `-- local` for one scenario. docs/performance.md says what is measured and how.
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readyCluster } from "../../../scripts/cluster-suite.mjs"
import { type Cluster, openCluster } from "../../cluster/harness/cluster.ts"
import { giveNodeDisk } from "../../cluster/kubernetes-world.ts"
import { describeHardware, versionOf } from "../machine.ts"
import { localStart } from "./local-start.ts"
import { many } from "./many.ts"
import type { Outcome, Run, Scenario } from "./outcome.ts"
import { ownShare } from "./own-share.ts"
import { renderOutcomes } from "./render-outcomes.ts"

const all: readonly Scenario[] = [localStart, ownShare, many]

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
  const hardware = describeHardware()
  const directory = mkdtempSync(join(tmpdir(), "sandbar-bench-"))
  stops.push(() => rmSync(directory, { recursive: true, force: true }))
  const run: Run = { quick: args.includes("--quick"), directory, say, onEnd: (stop) => stops.push(stop) }
  const chosen = all.filter(({ name }) => names.length === 0 || names.includes(name))
  const { cluster, why } = chosen.some(({ needs }) => needs === "cluster") ? await open() : {}
  const outcomes: Outcome[] = []
  const faults: string[] = []
  for (const scenario of chosen) {
    if (scenario.needs === "cluster" && !cluster) faults.push(`NOT RUN: ${scenario.says}, because ${why}`)
    else
      await measure(scenario, run, cluster).then(
        (outcome) => outcomes.push(outcome),
        (error: unknown) => {
          faults.push(`NOT MEASURED: ${scenario.says}: ${error}`)
          say(faults.at(-1) ?? "")
        },
      )
  }
  const versions = `OpenCode ${versionOf("opencode-ai")} on Bun ${Bun.version}`
  process.stdout.write(renderOutcomes({ machine: [hardware, versions], outcomes, faults }))
  return faults.some((fault) => fault.startsWith("NOT MEASURED")) ? 1 : 0
}

/** Each scenario leaves the machine to the next one. */
async function measure(scenario: Scenario, run: Run, cluster: Cluster | undefined): Promise<Outcome> {
  const own: (() => unknown)[] = []
  const ending = async () => {
    for (const stop of own.splice(0).reverse()) await stop()
  }
  stops.push(ending)
  const within = { ...run, onEnd: (stop: () => unknown) => void own.push(stop) }
  try {
    if (scenario.needs === "nothing") return await scenario.measure(within)
    return await scenario.measure(within, cluster as Cluster)
  } finally {
    await ending()
  }
}

async function open(): Promise<{ cluster?: Cluster; why?: string }> {
  const { suite: why } = await readyCluster("cached")
  if (why !== undefined) return { why }
  const cluster = await openCluster()
  stops.push(cluster.stop)
  await giveNodeDisk(cluster)
  return { cluster }
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => void stopAll().then(() => process.exit(130)))

process.exitCode = await bench(process.argv.slice(2)).finally(stopAll)
