// Five hundred sandboxes, all ready, listed and watched by one proxy, beside one that has none. Both are new processes:
// what making the sandboxes has cost is not what having them costs.
import type { Cluster } from "../../cluster/harness/cluster.ts"
import { cpuSeconds, residentKb } from "../process-cost.ts"
import { listOf, spawn } from "./client.ts"
import { as, makePlace, startClusterProxy, templateId } from "./cluster-world.ts"
import type { Outcome, Run, Scenario } from "./outcome.ts"
import type { Program } from "./start-program.ts"

const people = 50
const each = 10
const atOnce = 4
const mostMoreMb = 60
const mostShareOfCore = 0.05
const measuredMs = 60_000
/** What a start sets off ends by itself a minute after it: only then does nothing change. */
const calmMs = 70_000
const patienceMs = 600_000

export const many: Scenario = {
  name: "many",
  says: `${people * each} sandboxes at once`,
  needs: "cluster",
  measure,
}

async function measure(run: Run, cluster: Cluster): Promise<Outcome> {
  const full = await makePlace(cluster)
  const empty = await makePlace(cluster)
  const maker = await startClusterProxy(full, run)
  await spawnAll(maker, run)
  await maker.stop()
  // One that found the sandboxes when it started, as after an upgrade.
  const began = performance.now()
  const watching = await startClusterProxy(full, run)
  await untilAllReady(watching, run)
  const foundMs = performance.now() - began
  const idle = await startClusterProxy(empty, run)
  for (const user of userNames) await listOf(as(user, idle))
  run.say(`many: waiting ${calmMs / 1_000} s until nothing changes any more`)
  await Bun.sleep(calmMs)
  run.say(`many: measuring for ${measuredMs / 1_000} s`)
  const shares = await sharesOfCore([watching, idle])
  const uncollectedMb = (residentKb(watching.pid) - residentKb(idle.pid)) / 1_024
  const [fullKb, emptyKb] = [await watching.settledKb(), await idle.settledKb()]
  return outcomeOf({ shares, fullMb: fullKb / 1_024, emptyMb: emptyKb / 1_024, uncollectedMb, foundMs })
}

const userNames = Array.from({ length: people }, (_, index) => `person-${index}`)

async function spawnAll(proxy: Program, run: Run): Promise<void> {
  const wanted = userNames.flatMap((user) =>
    Array.from({ length: each }, (_, index) => ({ user, name: `Sandbox ${index}` })),
  )
  let made = 0
  const one = async () => {
    for (let next = wanted.pop(); next; next = wanted.pop()) {
      await spawn(as(next.user, proxy), templateId, next.name)
      made += 1
      if (made % 100 === 0) run.say(`many: ${made} of ${people * each} made`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  await untilAllReady(proxy, run)
}

async function untilAllReady(proxy: Program, run: Run): Promise<void> {
  let ready = 0
  for (const deadline = performance.now() + patienceMs; ; await Bun.sleep(1_000)) {
    const lists = await Promise.all(userNames.map((user) => listOf(as(user, proxy))))
    const all = lists.flat()
    const before = ready
    ready = all.filter(({ state }) => state === "ready").length
    if (ready === people * each) return
    if (ready !== before) run.say(`many: ${ready} of ${people * each} ready`)
    if (performance.now() > deadline) throw new Error(`Only ${ready} of ${all.length} sandboxes got ready.`)
  }
}

/** Of one core, for each of them in the same time. */
async function sharesOfCore(proxies: readonly Program[]): Promise<number[]> {
  const began = performance.now()
  const before = proxies.map(({ pid }) => cpuSeconds(pid))
  await Bun.sleep(measuredMs)
  const seconds = (performance.now() - began) / 1_000
  return proxies.map(({ pid }, index) => (cpuSeconds(pid) - (before[index] ?? 0)) / seconds)
}

type Found = { shares: number[]; fullMb: number; emptyMb: number; uncollectedMb: number; foundMs: number }

function outcomeOf(found: Found): Outcome {
  const { fullMb, emptyMb, uncollectedMb, foundMs } = found
  const [full = 0, empty = 0] = found.shares
  const more = fullMb - emptyMb
  const of = `${people * each} sandboxes`
  return {
    findings: [
      { label: `${of}: found and asked by a new proxy`, unit: "s", value: foundMs / 1_000, digits: 1 },
      { label: `memory of a proxy with ${of}`, unit: "MB", value: fullMb, digits: 0 },
      { label: "memory of a proxy with none", unit: "MB", value: emptyMb, digits: 0 },
      { label: "how much more, before garbage was collected", unit: "MB", value: uncollectedMb, digits: 0 },
      { label: `CPU with ${of}, nothing changing`, unit: "% of a core", value: 100 * full, digits: 2 },
      { label: "CPU with none", unit: "% of a core", value: 100 * empty, digits: 2 },
    ],
    goals: [
      {
        says: `${of} in less than ${mostMoreMb} MB more`,
        shown: `${more.toFixed(0)} MB`,
        met: more < mostMoreMb,
      },
      {
        says: `${of} in less than ${100 * mostShareOfCore} % of a core while nothing changes`,
        shown: `${(100 * full).toFixed(1)} %`,
        met: full < mostShareOfCore,
      },
    ],
  }
}
