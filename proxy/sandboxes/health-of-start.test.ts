import { getEventListeners } from "node:events"
import { describe, expect, test } from "vitest"
import { makeDriverClock } from "../../tests/fakes/driver-clock.ts"
import { makeMemoryDriver } from "../../tests/fakes/memory-driver.ts"
import { recorded } from "../../tests/fakes/observed.ts"
import { testTemplate } from "../../tests/fakes/test-template.ts"
import { makeHealthOfStart } from "./health-of-start.ts"

const id = "sb-0123456789ab"
const second = 1_000

function makeWorld() {
  const clock = makeDriverClock()
  const world = { answers: true, asked: 0, disk: "good" as "good" | "full", listeners: 0 }
  const warnings: string[] = []
  const before = (call: string) => {
    if (call === "noteUsed" && world.disk === "full") throw new Error("ENOSPC")
  }
  const driver = makeMemoryDriver({ now: clock.now, before })
  const changes: string[] = []
  const took: number[] = []
  const health = makeHealthOfStart({
    driver,
    isHealthy: async (_observation, _endpoint, signal) => {
      world.asked += 1
      world.listeners = getEventListeners(signal, "abort").length
      return world.answers
    },
    onChange: (changed) => void changes.push(changed),
    onStarted: (_observation, ms) => void took.push(ms),
    log: { warn: () => void warnings.push("warned") },
    now: clock.now,
    after: clock.after,
  })
  driver.watch(health.follow)
  const start = () => driver.ensure(recorded(), testTemplate())
  return { clock, driver, world, health, changes, took, warnings, start }
}

describe("a start", () => {
  test("is healthy when its server answers, is told once, and is not asked again", async () => {
    const { clock, driver, world, health, changes, took, start } = makeWorld()
    await start()
    await clock.advance(3 * second)
    expect([health.of(id), world.asked]).toEqual(["unknown", 0])
    driver.up(id)
    await clock.advance(60 * second)
    expect([health.of(id), world.asked]).toEqual(["healthy", 1])
    expect([changes, took]).toEqual([[id], [3 * second]])
    expect(clock.pending()).toBe(0)
  })

  test("that listens and does not answer is unhealthy after a minute, and may still recover", async () => {
    const { clock, driver, world, health, changes, start } = makeWorld()
    world.answers = false
    await start()
    driver.up(id)
    await clock.advance(58 * second)
    expect(health.of(id)).toBe("unknown")
    await clock.advance(4 * second)
    expect([health.of(id), changes]).toEqual(["unhealthy", [id]])
    expect(world.asked).toBeLessThan(40)
    world.answers = true
    await clock.advance(3 * second)
    expect([health.of(id), changes]).toEqual(["healthy", [id, id]])
  })

  test("after a crash has to answer again", async () => {
    const { clock, driver, world, health, start } = makeWorld()
    await start()
    driver.up(id)
    await clock.advance(second)
    driver.observe(id, { up: false, step: "starting" })
    expect(health.of(id)).toBe("unknown")
    world.answers = false
    driver.up(id)
    await clock.advance(second)
    expect(health.of(id)).toBe("unknown")
  })

  test("that began anew without our noticing the end of the last one has to answer again", async () => {
    const { clock, driver, world, health, start } = makeWorld()
    await start()
    driver.up(id)
    await clock.advance(second)
    world.answers = false
    driver.observe(id, { startedAt: clock.now() })
    expect(health.of(id)).toBe("unknown")
  })

  test("that began before we came, and one that goes on after a crash, count for no estimate", async () => {
    const { clock, driver, took, start } = makeWorld()
    await start()
    driver.observe(id, { entered: { queued: clock.now() - 60 * second } })
    driver.up(id)
    await clock.advance(second)
    expect(took).toEqual([])
    await driver.wake(id, testTemplate())
    await clock.advance(2 * second)
    driver.up(id)
    await clock.advance(second)
    expect(took).toEqual([2 * second])
    driver.observe(id, { up: false, step: "starting" })
    await clock.advance(60 * second)
    driver.up(id)
    await clock.advance(second)
    expect(took).toEqual([2 * second])
  })

  test("that was ready before we came is asked, and counts for no estimate", async () => {
    const { clock, driver, health, took } = makeWorld()
    const before = makeMemoryDriver({ store: driver.store, now: clock.now })
    driver.store.listeners.clear()
    await before.ensure(recorded(), testTemplate())
    before.up(id)
    health.follow(id)
    await clock.advance(second)
    expect([health.of(id), took]).toEqual(["healthy", []])
  })
})

test("nobody gets through before it is stored that it is not fresh any more", async () => {
  const { clock, driver, world, health, warnings, start } = makeWorld()
  world.disk = "full"
  await start()
  driver.up(id)
  await clock.advance(5 * second)
  expect([health.of(id), driver.seen.get(id)?.isFresh, warnings.length]).toEqual(["unknown", true, 1])
  world.disk = "good"
  await clock.advance(3 * second)
  expect([health.of(id), driver.seen.get(id)?.isFresh]).toEqual(["healthy", false])
})

test("exhaustion: a server that never answers is asked for an hour, and nothing is heaped up by that", async () => {
  const { clock, driver, world, start } = makeWorld()
  world.answers = false
  await start()
  driver.up(id)
  await clock.advance(3_600 * second)
  expect(world.asked).toBeGreaterThan(1_000)
  expect(world.listeners).toBeLessThan(3)
})

test("nothing is asked about what is stopped, deleted, or after we stop", async () => {
  const { clock, driver, world, health, start } = makeWorld()
  world.answers = false
  await start()
  driver.up(id)
  await clock.advance(second)
  await driver.stop(id)
  const asked = world.asked
  await clock.advance(20 * second)
  expect([world.asked, clock.pending()]).toEqual([asked, 0])
  await driver.wake(id, testTemplate())
  driver.up(id)
  await clock.advance(second)
  health.stop()
  expect(clock.pending()).toBe(0)
})
