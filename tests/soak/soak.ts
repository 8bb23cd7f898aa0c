// `npm run soak`: ten minutes (`-- --minutes 1` for fewer) of everything at once through a proxy that runs as a
// process of its own, with clients that leave and targets that die. Afterwards nothing may be left over, and not
// one byte may have been wrong. `-- --seed 7` repeats the same decisions.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openDescriptors, residentKb } from "../bench/process-cost.ts"
import { type Sandbar, startSandbar } from "../bench/start-sandbar.ts"
import { runClients, type Tally } from "./clients.ts"
import { type MortalTarget, makeMortalTarget } from "./mortal-target.ts"
import { makeRandom, type Random } from "./random.ts"

type Left = { descriptors: number; residentMb: number; heapMb: number; objects: number }
type Soak = { sandbar: Sandbar; targets: MortalTarget[]; seed: number; violations: string[] }

const clients = 24
const mostShown = 20
const warmUpSeconds = 15
/** What a process may have kept for itself: the allocator gives memory back late. A leak of a stream's buffers, or
 * of a few objects for every request, is many times this after ten minutes. */
const mostMoreMb = 40
const mostMoreHeapMb = 4

const now = () => performance.now()
const say = (text: string) => void process.stdout.write(`${text}\n`)
const stops: (() => unknown)[] = []

async function soak(minutes: number, seed: number): Promise<number> {
  say(`seed ${seed}, ${minutes} minutes, ${clients} clients, 2 targets`)
  const directory = mkdtempSync(join(tmpdir(), "sandbar-soak-"))
  stops.push(() => rmSync(directory, { recursive: true, force: true }))
  const targets = await Promise.all([makeMortalTarget(now), makeMortalTarget(now)])
  stops.push(() => Promise.all(targets.map((target) => target.kill())))
  const ports = targets.flatMap(({ httpPort, socketPort }) => [httpPort, socketPort])
  const sandbar = await startSandbar(ports, directory)
  stops.push(sandbar.stop)

  const violations: string[] = []
  const run: Soak = { sandbar, targets, seed, violations }
  await load(run, warmUpSeconds * 1_000)
  const before = await settle(run)
  const tally = await load(run, minutes * 60_000)
  const after = await settle(run)

  for (const [name, number] of [...tally.outcomes].sort()) say(`${String(number).padStart(8)}  ${name}`)
  say(`before: ${JSON.stringify(before)}`)
  say(`after:  ${JSON.stringify(after)}`)
  violations.push(...compare(before, after), ...judgeLog(sandbar))
  for (const violation of [...new Set(violations)].slice(0, mostShown)) say(`VIOLATION  ${violation}`)
  say(
    violations.length === 0
      ? "Nothing was wrong and nothing is left over."
      : `${violations.length} violations`,
  )
  return violations.length === 0 ? 0 : 1
}

async function load({ sandbar, targets, seed, violations }: Soak, ms: number): Promise<Tally> {
  for (const target of targets) await target.start()
  const until = now() + ms
  const tally: Tally = { outcomes: new Map(), violations }
  const isOver = () => now() >= until || !sandbar.isRunning()
  const killing = killNowAndThen(targets, makeRandom(seed), isOver)
  await runClients({ place: sandbar.place, targets, seed, clients, now, isOver, tally })
  await killing
  return tally
}

async function killNowAndThen(targets: MortalTarget[], random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const next = now() + 5_000 + random.whole(7_000)
    while (now() < next && !isOver()) await Bun.sleep(100)
    const target = targets[random.whole(targets.length)]
    if (isOver() || !target) return
    await target.kill()
    await Bun.sleep(random.whole(2_000))
    await target.start()
  }
}

/** What is left when everybody has gone: clients, what the targets were doing, and then the targets. */
async function settle({ sandbar, targets, violations }: Soak): Promise<Left> {
  await Bun.sleep(3_000)
  for (const target of targets) {
    const { exchanges, sockets } = await target.counts()
    if (exchanges + sockets > 0)
      violations.push(
        `${exchanges} exchanges and ${sockets} sockets are still open at a target that nobody uses`,
      )
    await target.kill()
  }
  await Bun.sleep(2_000)
  await sandbar.collectGarbage()
  await Bun.sleep(1_000)
  const heap = await sandbar.collectGarbage()
  await Bun.sleep(1_000)
  return {
    descriptors: openDescriptors(sandbar.pid),
    residentMb: Math.round(residentKb(sandbar.pid) / 1_024),
    heapMb: Math.round(heap.bytes / 1_048_576),
    objects: heap.objects,
  }
}

function compare(before: Left, after: Left): string[] {
  const faults: string[] = []
  if (after.descriptors > before.descriptors)
    faults.push(`${after.descriptors - before.descriptors} descriptors are still open`)
  if (after.residentMb > before.residentMb + mostMoreMb)
    faults.push(`${after.residentMb - before.residentMb} MB of memory are not given back`)
  if (after.heapMb > before.heapMb + mostMoreHeapMb)
    faults.push(`the heap has grown by ${after.heapMb - before.heapMb} MB`)
  return faults
}

function judgeLog(sandbar: Sandbar): string[] {
  if (!sandbar.isRunning()) return [`the proxy ended: ${sandbar.log().slice(-2_000)}`]
  const bad = sandbar
    .log()
    .split("\n")
    .filter((line) => /"level":"error"|uncaught|\bbug\b/.test(line) || (line !== "" && !line.startsWith("{")))
  return bad.slice(0, 5).map((line) => `in the log: ${line.slice(0, 500)}`)
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

function option(args: readonly string[], name: string, fallback: number): number {
  const at = args.indexOf(name)
  return at < 0 ? fallback : Number(args[at + 1])
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => void stopAll().then(() => process.exit(130)))

const args = process.argv.slice(2)
const seed = option(args, "--seed", Math.floor(Math.random() * 1_000_000))
const minutes = option(args, "--minutes", 10)
const unknown = args.some((arg) => arg.startsWith("-") && arg !== "--seed" && arg !== "--minutes")
if (unknown || !(minutes > 0) || !Number.isInteger(seed)) {
  say("soak takes --minutes <number> and --seed <whole number>.")
  process.exitCode = 1
} else process.exitCode = await soak(minutes, seed).finally(stopAll)
