// The ways in which a connection breaks here, how often each is drawn, and how it is done.
import { setTimeout as sleep } from "node:timers/promises"
import type { Random } from "../soak/random.ts"
import type { Watcher } from "./watcher.ts"
import { lookAt, putToSleep } from "./watcher.ts"

/** Breaks one watcher's way to its server, and resolves when new connections pass again. `acted` resolves when the
 * person has done what they do in this round: a tab that sleeps cannot be clicked. */
type Strike = (watcher: Watcher, random: Random, acted: Promise<void>) => Promise<void>

export interface Kind {
  readonly name: string
  /** Drawn this often, compared with the others of its table. */
  readonly weight: number
  /** It waits for what the person sends, so it is drawn only where somebody acts, and lies in wait before they do. */
  readonly liesInWait?: boolean
  readonly strike: Strike
}

const sideOf = (watcher: Watcher, random: Random) => (random.chance(0.5) ? watcher.near : watcher.far)
const gapMs = (random: Random) => 50 + random.whole(900)

export const quickKinds: readonly Kind[] = [
  { name: "TCP reset", weight: 22, strike: async (watcher, random) => sideOf(watcher, random).reset() },
  { name: "polite end", weight: 10, strike: async (watcher, random) => sideOf(watcher, random).hangUp() },
  { name: "half a frame", weight: 22, strike: halfAFrame },
  { name: "502", weight: 16, strike: gateway },
  { name: "nobody listens", weight: 8, strike: refused },
  { name: "request lost", weight: 80, liesInWait: true, strike: lost("request") },
  { name: "answer lost", weight: 80, liesInWait: true, strike: lost("answer") },
  { name: "twice in a row", weight: 6, strike: twice },
]

/** They take half a minute each, so they run beside the others, many at a time. */
export const patientKinds: readonly Kind[] = [
  { name: "silent stall", weight: 3, strike: async (watcher, random) => sideOf(watcher, random).stall() },
  { name: "silent stall, then a look at the tab", weight: 3, strike: stallAndLook },
  { name: "30 s of sleep", weight: 4, strike: asleep },
]

export function drawKind(table: readonly Kind[], random: Random, acts: boolean): Kind {
  const kinds = table.filter(({ liesInWait }) => acts || !liesInWait)
  let at = random.whole(kinds.reduce((sum, { weight }) => sum + weight, 0))
  for (const kind of kinds) {
    at -= kind.weight
    if (at < 0) return kind
  }
  throw new Error("A table of kinds needs weights.")
}

async function halfAFrame(watcher: Watcher, random: Random): Promise<void> {
  const side = sideOf(watcher, random)
  side.cutAfter(random.whole(700))
  await sleep(300 + random.whole(700))
  // Whoever had nothing to say meanwhile is cut all the same, at no byte.
  side.reset()
  await side.heal()
}

async function gateway(watcher: Watcher, random: Random): Promise<void> {
  const side = sideOf(watcher, random)
  side.answer502()
  await sleep(gapMs(random))
  await side.heal()
}

async function refused(watcher: Watcher, random: Random): Promise<void> {
  const side = sideOf(watcher, random)
  await side.refuse()
  await sleep(gapMs(random))
  await side.heal()
}

/** What matters most is lost: a prompt or an answer to an ask, or what the server says to it. */
function lost(what: "request" | "answer"): Strike {
  return async (watcher, random, acted) => {
    const side = sideOf(watcher, random)
    // Where nothing was left to answer, nothing is sent: then it is a mere reset.
    await Promise.race([side.lose(what, "POST "), acted.then(() => sleep(2_000))])
    await sleep(200 + random.whole(600))
    await side.heal()
    side.reset()
  }
}

async function twice(watcher: Watcher, random: Random): Promise<void> {
  watcher.near.reset()
  await sleep(random.whole(600))
  watcher.far.reset()
}

async function stallAndLook(watcher: Watcher, random: Random): Promise<void> {
  sideOf(watcher, random).stall()
  // Less than a missed heartbeat is no reason to doubt.
  await sleep(14_000 + random.whole(3_000))
  for (const page of watcher.pages) await lookAt(page)
}

async function asleep(watcher: Watcher, random: Random, acted: Promise<void>): Promise<void> {
  await acted
  const wakes = await Promise.all(watcher.pages.map(putToSleep))
  sideOf(watcher, random).stall()
  await sleep(30_000)
  for (const wake of wakes) await wake()
  for (const page of watcher.pages) await lookAt(page)
}
