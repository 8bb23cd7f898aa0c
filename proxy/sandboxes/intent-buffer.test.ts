import { expect, test } from "vitest"
import { makeTestClock } from "../../tests/fakes/test-clock.ts"
import { makeIntentBuffer } from "./intent-buffer.ts"

const minute = 60_000
const start = 1_000_000

function makeWorld() {
  const clock = makeTestClock(start, async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  })
  const told: [string, number][] = []
  const world = { broken: false }
  const buffer = makeIntentBuffer({
    driver: {
      noteIntent: async (id, at) => {
        if (world.broken) throw new Error("no connection")
        told.push([id, at - start])
      },
    },
    log: { warn: () => undefined },
    now: clock.now,
    after: clock.after,
  })
  return { clock, told, buffer, world }
}

test("the first sign is told at once, the others of a minute together, with the time of the last", async () => {
  const { clock, told, buffer } = makeWorld()
  for (let second = 0; second < 50; second++) {
    buffer.note("one")
    await clock.advance(1_000)
  }
  expect(told).toEqual([["one", 0]])
  expect(buffer.at("one")).toBe(start + 49_000)
  await clock.advance(minute)
  expect(told).toEqual([
    ["one", 0],
    ["one", 49_000],
  ])
})

test("a hundred minutes of typing are told a hundred times, and silence never", async () => {
  const { clock, told, buffer } = makeWorld()
  for (let second = 0; second < 6_000; second += 5) {
    buffer.note("one")
    await clock.advance(5_000)
  }
  expect(told.length).toBeGreaterThan(95)
  expect(told.length).toBeLessThan(103)
  const before = told.length
  await clock.advance(60 * minute)
  expect(told.length - before).toBeLessThanOrEqual(1)
  expect(clock.pending()).toBe(0)
})

test("what could not be told is told later, and is not lost at the end", async () => {
  const { clock, told, buffer, world } = makeWorld()
  world.broken = true
  buffer.note("one")
  await clock.advance(1_000)
  expect(told).toEqual([])
  world.broken = false
  await clock.advance(minute)
  expect(told).toEqual([["one", 0]])
  buffer.note("one")
  buffer.note("two")
  await buffer.flush()
  expect(new Set(told.map(([id]) => id))).toEqual(new Set(["one", "two"]))
  expect(told).toContainEqual(["one", 61_000])
  expect(clock.pending()).toBe(0)
})

test("what has gone is forgotten, with its timer", async () => {
  const { clock, told, buffer } = makeWorld()
  buffer.note("one")
  await clock.advance(1_000)
  buffer.note("one")
  buffer.forget("one")
  await clock.advance(10 * minute)
  expect(told).toHaveLength(1)
  expect([clock.pending(), buffer.at("one")]).toEqual([0, 0])
})
