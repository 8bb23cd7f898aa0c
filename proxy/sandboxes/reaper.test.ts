import { describe, expect, test } from "vitest"
import type { Failure } from "../../shared/sandboxes.ts"
import { makeDriverClock } from "../../tests/fakes/driver-clock.ts"
import { makeMemoryDriver, memoryEndpoint } from "../../tests/fakes/memory-driver.ts"
import { recorded } from "../../tests/fakes/observed.ts"
import { testTemplate } from "../../tests/fakes/test-template.ts"
import type { Observation } from "./driver.ts"
import { deadlinesOf, failedMs } from "./idle.ts"
import { startReaper } from "./reaper.ts"

const minute = 60_000
const id = "sb-0123456789ab"

async function makeWorld(rules: { idleAfterMs?: number | null; maximumLifeMs?: number | null } = {}) {
  const clock = makeDriverClock()
  const driver = makeMemoryDriver({ now: clock.now, endpointOf: () => memoryEndpoint })
  const world = {
    says: "idle" as "idle" | "working" | "nothing",
    asked: 0,
    onAsk: async () => undefined as unknown,
  }
  await driver.ensure(recorded({ createdAt: clock.now() }), testTemplate())
  startReaper({
    driver,
    deadlinesOf: (observation: Observation) =>
      deadlinesOf(observation, { idleAfterMs: 30 * minute, maximumLifeMs: null, ...rules }),
    isWorking: async () => {
      world.asked += 1
      await world.onAsk()
      if (world.says === "nothing") throw new Error("no answer")
      return world.says === "working"
    },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    now: clock.now,
    after: clock.after,
  })
  const wanted = () => driver.seen.get(id)?.wanted
  return { clock, driver, world, wanted }
}

describe("an idle sandbox", () => {
  test("is stopped after its time, and asked only then", async () => {
    const { clock, world, wanted } = await makeWorld()
    await clock.advance(29 * minute)
    expect([wanted(), world.asked]).toEqual(["running", 0])
    await clock.advance(2 * minute)
    expect([wanted(), world.asked]).toEqual(["stopped", 1])
  })

  test("that works is left alone, and its time begins anew", async () => {
    const { clock, driver, world, wanted } = await makeWorld()
    world.says = "working"
    await clock.advance(31 * minute)
    expect(wanted()).toBe("running")
    world.says = "idle"
    await clock.advance(28 * minute)
    expect(wanted()).toBe("running")
    await clock.advance(3 * minute)
    expect(wanted()).toBe("stopped")
    expect(driver.calls.filter((call) => call.startsWith("noteIntent"))).toHaveLength(1)
  })

  test("that does not say whether it works is not stopped, for hours if need be", async () => {
    const { clock, world, wanted } = await makeWorld()
    world.says = "nothing"
    await clock.advance(300 * minute)
    expect(wanted()).toBe("running")
    world.says = "idle"
    await clock.advance(minute)
    expect(wanted()).toBe("stopped")
  })

  test("that somebody keeps awake is not even asked", async () => {
    const { clock, driver, world, wanted } = await makeWorld()
    await driver.change(id, { keepAwakeUntil: clock.now() + 120 * minute })
    await clock.advance(119 * minute)
    expect([wanted(), world.asked]).toEqual(["running", 0])
    await clock.advance(2 * minute)
    expect(wanted()).toBe("stopped")
  })

  test("that has no idle time runs on", async () => {
    const { clock, wanted } = await makeWorld({ idleAfterMs: null })
    await clock.advance(3_000 * minute)
    expect(wanted()).toBe("running")
  })

  test("that cannot start is stopped without a question after a day, one that still starts is left for a while", async () => {
    const { clock, driver, world, wanted } = await makeWorld()
    driver.observe(id, { up: false, step: "pulling" })
    await clock.advance(45 * minute)
    expect(wanted()).toBe("running")
    const failure: Failure = { code: "image", step: "pulling", sentence: "", remedies: [], details: "" }
    driver.observe(id, { failure: { ...failure, terminal: true } })
    await clock.advance(failedMs - 46 * minute)
    expect(wanted()).toBe("running")
    await clock.advance(2 * minute)
    expect([wanted(), world.asked]).toEqual(["stopped", 0])
  })

  test("that hangs in its start without a failure is stopped in the end", async () => {
    const { clock, driver, wanted } = await makeWorld()
    driver.observe(id, { up: false, step: "scheduled" })
    await clock.advance(61 * minute)
    expect(wanted()).toBe("stopped")
  })
})

describe("a race", () => {
  test("with somebody who comes back while the server is asked: it stays", async () => {
    const { clock, driver, world, wanted } = await makeWorld()
    world.onAsk = () => driver.noteIntent(id, clock.now())
    await clock.advance(31 * minute)
    expect([wanted(), world.asked]).toEqual(["running", 1])
  })

  test("with a wake between the look and the stop: the wake wins", async () => {
    const { clock, driver, wanted } = await makeWorld()
    const stop = driver.stop
    driver.stop = async (stopped, options) => {
      await driver.wake(id, testTemplate())
      return stop(stopped, options)
    }
    await clock.advance(31 * minute)
    expect(wanted()).toBe("running")
  })

  test("of two replicas: one leads, and when it goes the other one does", async () => {
    const clock = makeDriverClock()
    const first = makeMemoryDriver({ now: clock.now, endpointOf: () => memoryEndpoint })
    const second = makeMemoryDriver({ now: clock.now, store: first.store })
    const asked: string[] = []
    for (const [name, driver] of Object.entries({ first, second }))
      startReaper({
        driver,
        deadlinesOf: (observation) => deadlinesOf(observation, { idleAfterMs: minute, maximumLifeMs: null }),
        isWorking: async () => Boolean(asked.push(name)),
        log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
        now: clock.now,
        after: clock.after,
      })
    await first.ensure(recorded(), testTemplate())
    await clock.advance(2 * minute)
    expect(new Set(asked)).toEqual(new Set(["first"]))
    asked.length = 0
    await first.close()
    await clock.advance(5 * minute)
    expect(new Set(asked)).toEqual(new Set(["second"]))
    await second.close()
    expect(clock.pending()).toBe(0)
  })
})

describe("at the end of its life a sandbox", () => {
  const rules = { idleAfterMs: null, maximumLifeMs: 60 * minute }
  test("is stopped when nothing works in it", async () => {
    const { clock, wanted } = await makeWorld(rules)
    await clock.advance(59 * minute)
    expect(wanted()).toBe("running")
    await clock.advance(2 * minute)
    expect(wanted()).toBe("stopped")
  })
  test("may finish its work for ten minutes, kept awake or not", async () => {
    const { clock, driver, world, wanted } = await makeWorld(rules)
    world.says = "working"
    await driver.change(id, { keepAwakeUntil: clock.now() + 900 * minute })
    await clock.advance(69 * minute)
    expect(wanted()).toBe("running")
    await clock.advance(2 * minute)
    expect(wanted()).toBe("stopped")
  })
})

test("one sandbox that cannot be stopped does not keep the others awake", async () => {
  const { clock, driver, wanted } = await makeWorld()
  const other = recorded({ id: "sb-ffffffffffff", createdAt: clock.now() })
  await driver.ensure(other, testTemplate())
  const stop = driver.stop
  driver.stop = async (stopped, options) => {
    if (stopped === id) throw new Error("no connection")
    return stop(stopped, options)
  }
  await clock.advance(31 * minute)
  expect([wanted(), driver.seen.get(other.id)?.wanted]).toEqual(["running", "stopped"])
})
