// Many clients that each do one thing after the other, as their seed says, and what came of it all.
import type { Place } from "../bench/columns.ts"
import { exchange, type Manners, type Outcome } from "./exchange.ts"
import type { MortalTarget } from "./mortal-target.ts"
import { makeRandom, type Random } from "./random.ts"
import { socketExchange } from "./socket-exchange.ts"
import type { Wish } from "./wish.ts"

export type Tally = { outcomes: Map<string, number>; violations: string[] }

export type ClientsOptions = {
  place: (targetPort: number) => Place
  targets: readonly MortalTarget[]
  seed: number
  clients: number
  now: () => number
  isOver: () => boolean
  tally: Tally
}

const hungMs = 60_000
const kilobyte = 1_024
const megabyte = 1_048_576
const endless = 1_000_000_000

/** Fulfilled when all of them have come to their end. */
export async function runClients(options: ClientsOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.clients }, (_, i) => runClient(options, options.seed + i)))
}

async function runClient(options: ClientsOptions, seed: number): Promise<void> {
  const random = makeRandom(seed)
  while (!options.isOver()) {
    const target = options.targets[random.whole(options.targets.length)]
    if (!target) return
    const begin = options.now()
    const { name, cut, outcome } = await attempt(options.place, target, random)
    const excused = cut || !target.wasThereSince(begin)
    count(options.tally, name, outcome, excused)
    await Bun.sleep(random.whole(20))
  }
}

type Attempt = { name: string; cut: boolean; outcome: Outcome }

async function attempt(
  place: ClientsOptions["place"],
  target: MortalTarget,
  random: Random,
): Promise<Attempt> {
  const seed = random.whole(1_000_000)
  if (random.chance(0.1)) {
    const bytes = 1 + random.whole(200 * kilobyte)
    const work = socketExchange(place(target.socketPort), { seed, bytes }, mannersOf(random, bytes))
    return { name: "socket", cut: false, outcome: await inTime(work) }
  }
  const wish = chooseWish(random, seed)
  const isEndless = wish.bytes === endless
  const manners = isEndless ? leaving(random) : mannersOf(random, wish.bytes)
  const work = exchange(place(target.httpPort), wish, manners)
  const size = isEndless ? "endless" : wish.bytes > 64 * kilobyte ? "large" : "small"
  return { name: `${size} ${wish.kind}`, cut: wish.cut !== undefined, outcome: await inTime(work) }
}

function chooseWish(random: Random, seed: number): Wish {
  const kind = random.chance(0.2) ? "events" : random.chance(0.35) ? "up" : "down"
  const bytes = chooseSize(kind, random)
  return {
    kind,
    seed,
    bytes,
    cut: random.chance(0.08) ? random.whole(Math.min(bytes, 4 * megabyte)) : undefined,
    cutBy: random.chance(0.5) ? "end" : "reset",
    framing: random.chance(0.5) ? "length" : "chunked",
    pauseMs: kind === "events" ? 5 + random.whole(30) : random.chance(0.2) ? 1 : 0,
  }
}

function chooseSize(kind: Wish["kind"], random: Random): number {
  if (kind === "events") return random.chance(0.3) ? endless : 1 + random.whole(4 * kilobyte)
  return 1 + random.whole(random.chance(0.2) ? 4 * megabyte : 24 * kilobyte)
}

/** Nothing but the client's leaving ends such a stream at the target. */
function leaving(random: Random): Manners {
  return { leaveAfter: 1 + random.whole(4 * kilobyte), dawdleMs: 0 }
}

function mannersOf(random: Random, bytes: number): Manners {
  return {
    leaveAfter: random.chance(0.1) ? random.whole(bytes) : undefined,
    dawdleMs: random.chance(0.05) ? random.whole(500) : 0,
  }
}

async function inTime(work: Promise<Outcome>): Promise<Outcome> {
  const late = Promise.withResolvers<Outcome>()
  const timer = setTimeout(() => late.resolve({ is: "wrong", why: "it hung" }), hungMs)
  const failed = (error: unknown): Outcome => ({ is: "wrong", why: String(error) })
  const outcome = await Promise.race([work.catch(failed), late.promise])
  clearTimeout(timer)
  return outcome
}

/** A broken connection is right where the target broke off; nothing else may break or refuse anything. */
function count(tally: Tally, name: string, outcome: Outcome, excused: boolean): void {
  const shown = outcome.is === "refused" ? `refused, ${outcome.code}` : outcome.is
  tally.outcomes.set(`${name}: ${shown}`, (tally.outcomes.get(`${name}: ${shown}`) ?? 0) + 1)
  if (outcome.is === "wrong") tally.violations.push(`${name}: ${outcome.why}`)
  else if (outcome.is === "broken" && !excused)
    tally.violations.push(`${name}: the connection broke for no reason`)
  else if (outcome.is === "refused" && !(excused && outcome.code.startsWith("target.")))
    tally.violations.push(`${name}: refused with ${outcome.status} ${outcome.code} for no reason`)
}
