// The idle rules over real sockets: the server itself is asked, with our password, before it is stopped.
import { afterEach, describe, expect, test } from "vitest"
import { clockStart } from "../fakes/driver-clock.ts"
import { makeTestClock } from "../fakes/test-clock.ts"
import { testTemplate } from "../fakes/test-template.ts"
import { type SandboxWorld, sandboxPassword, startSandboxWorld } from "./start-sandboxes.ts"

const minute = 60_000
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(): Promise<SandboxWorld & { id: string; pass: (minutes: number) => Promise<void> }> {
  let underWay = 0
  /** No minute passes while a server is asked: the answer of a busy machine would come hours late. */
  const drain = async () => {
    do await Bun.sleep(5)
    while (underWay > 0)
    await Bun.sleep(1)
  }
  const clock = makeTestClock(clockStart, drain)
  const world = startSandboxWorld({
    clock,
    fetch(url, init) {
      underWay++
      return fetch(url, init).finally(() => underWay--)
    },
    driver: { now: clock.now },
    templates: [testTemplate({ idleAfterSeconds: 600, maximumLifeSeconds: 7_200 })],
  })
  cleanups.push(world.stop)
  const { id } = await world.spawn("ada")
  return { ...world, id, pass: (minutes) => clock.advance(minutes * minute) }
}

const stateOf = async ({ as, id }: { as: SandboxWorld["as"]; id: string }) =>
  ((await (await as("ada")(`/api/sandboxes/${id}`)).json()) as { state: string }).state

/** Minutes pass faster than a server answers, so a few more of them may. */
async function untilStopped(world: Awaited<ReturnType<typeof start>>): Promise<void> {
  for (let rounds = 0; rounds < 100 && (await stateOf(world)) !== "stopped"; rounds++) {
    await world.pass(0.5)
    await Bun.sleep(10)
  }
  expect(await stateOf(world)).toBe("stopped")
}

describe("a sandbox", () => {
  test("says when it will sleep and end, and sleeps then: health polls and listening tabs do not count", async () => {
    const world = await start()
    const told = await (await world.as("ada")(`/api/sandboxes/${world.id}`)).json()
    expect(told).toMatchObject({
      idleAt: new Date(clockStart + 10 * minute).toISOString(),
      endsAt: new Date(clockStart + 120 * minute).toISOString(),
    })
    for (let passed = 0; passed < 9; passed++) {
      await world.pass(1)
      for (const path of ["/event", "/global/health", "/session/status"])
        await (await world.forward("ada", world.id, path)).text()
    }
    expect(await stateOf(world)).toBe("ready")
    const before = world.asked.length
    await untilStopped(world)
    const ours = world.asked.slice(before).map(({ path, authorization }) => [path, authorization])
    expect(ours).toContainEqual(["/session/status", sandboxPassword])
    expect(ours).toContainEqual(["/pty", sandboxPassword])
  })

  test("whose agent works through the night is left alone, and sleeps when that is over", async () => {
    const world = await start()
    world.server.working = true
    await world.pass(60)
    expect(await stateOf(world)).toBe("ready")
    world.server.working = false
    await world.pass(5)
    expect(await stateOf(world)).toBe("ready")
    await untilStopped(world)
  })

  test("that somebody uses stays awake", async () => {
    const world = await start()
    for (let passed = 0; passed < 40; passed += 8) {
      await world.forward("ada", world.id, "/session/ses_1/prompt_async", { method: "POST", body: "{}" })
      await world.pass(8)
    }
    expect(await stateOf(world)).toBe("ready")
    await untilStopped(world)
  })

  test("that works ends ten minutes after its life, and begins a new one when it is woken", async () => {
    const world = await start()
    world.server.working = true
    await world.pass(129)
    expect(await stateOf(world)).toBe("ready")
    await untilStopped(world)
    await world.as("ada")(`/api/sandboxes/${world.id}/wake`, { method: "POST" })
    await expect.poll(() => stateOf(world)).toBe("ready")
    await world.pass(5)
    expect(await stateOf(world)).toBe("ready")
  })
})
