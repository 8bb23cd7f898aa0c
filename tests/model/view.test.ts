// Whatever happens to a server, to the ways to it and to the tabs: when all is well again, every tab shows what a
// fresh load shows, and no prompt was lost or sent twice. CONTRIBUTING.md says how to look longer, or again.
import fc from "fast-check"
import { expect, test } from "vitest"
import { type Command, command, run } from "./commands.ts"
import { expectHonest, expectSame, expectTrue } from "./same-view.ts"
import { makeWorld, type Start, type World } from "./world.ts"

const numRuns = Number(process.env.MODEL_RUNS ?? 300)
/** On a busy machine fewer stories have to do, unless somebody asked for a number. */
const limitMs = process.env.MODEL_RUNS === undefined ? 30_000 : 3_600_000
/** A commit is judged by the same stories every time; who looks longer looks elsewhere each time. */
const drawn = process.env.MODEL_RUNS === undefined ? 20_261_121 : Date.now() % 2 ** 31
const seed = Number(process.env.MODEL_SEED ?? drawn)

const start: fc.Arbitrary<Start> = fc.record({
  seed: fc.nat(),
  tabs: fc.constantFrom(1, 1, 2, 3),
  locks: fc.constantFrom(true, true, false),
  skewMs: fc.constantFrom(0, 0, -3_600_000, 3_600_000),
  full: fc.integer({ min: 0, max: 7 }).map((luck) => luck === 7),
})
const script = fc.array(command, { minLength: 5, maxLength: 60, size: "max" })

async function live(begin: Start, commands: readonly Command[]): Promise<void> {
  const world = await makeWorld(begin)
  try {
    for (const each of commands) {
      await run(world, each)
      for (const tab of world.tabs) expectHonest(tab.view, world.serverOf(tab))
    }
    await world.heal()
    for (const tab of world.tabs) await expectFresh(world, tab)
    expectPromptsKept(world)
  } finally {
    world.end()
  }
}

async function expectFresh(world: World, tab: World["tabs"][number]): Promise<void> {
  const server = world.serverOf(tab)
  expectHonest(tab.view, server)
  expectTrue(tab.view, server)
  const fresh = world.openTab(server, true)
  fresh.view.show(tab.view.sessionID())
  await world.clock.advance(20_000)
  try {
    expectSame(tab.view, fresh.view, server)
  } finally {
    fresh.view.close()
  }
}

/** Every prompt arrived once, or was given back to the person, or waits because nobody looks at its server. */
function expectPromptsKept({ start, sent, tabs, serverOf }: World): void {
  for (const { messageID, server } of sent) {
    const arrived = server.arrived.get(messageID) ?? 0
    const watching = tabs.filter((tab) => serverOf(tab) === server)
    const entry = watching[0]?.view
      .now()
      .chat.outbox.entries()
      .find((one) => one.messageID === messageID)
    // Without locks two tabs may hand over the same one; the server stores it once.
    if (start.locks) expect(arrived, `${messageID} arrived ${arrived} times`).toBeLessThanOrEqual(1)
    if (watching.length === 0) continue
    expect(entry?.state ?? "gone", `${messageID} still waits`).toMatch(/^(back|gone)$/)
    if (!entry) expect(arrived, `${messageID} was lost`).toBeGreaterThanOrEqual(1)
    const stands = [...server.turns.values()].flat().some((turn) => turn.info.id === messageID)
    if (entry) expect(stands, `${messageID} came back and is there`).toBe(false)
  }
  for (const server of start.locks ? new Set(tabs.map(serverOf)) : []) {
    const marks = [...server.sessions.values()].flatMap((one) => one.metadata?.sandbar ?? [])
    expect(marks).toEqual([...new Set(marks)])
  }
}

test(`after any story the view equals a fresh load (MODEL_SEED=${seed})`, async () => {
  await fc.assert(fc.asyncProperty(start, script, live), {
    seed,
    numRuns,
    interruptAfterTimeLimit: limitMs,
    ...(process.env.MODEL_PATH ? { path: process.env.MODEL_PATH, endOnFailure: true } : {}),
  })
}, 3_700_000)
