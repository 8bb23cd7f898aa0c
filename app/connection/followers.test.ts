import { beforeEach, expect, test } from "vitest"
import { makeTestClock, settle, type TestClock } from "../../tests/fakes/test-clock.ts"
import type { Follower } from "./connection.ts"
import { Failure } from "./failure.ts"
import { makeFollowers } from "./followers.ts"

let clock: TestClock
let began: number
let log: string[]
/** One entry for each change of the view. */
let patches: string[]

beforeEach(() => {
  clock = makeTestClock()
  began = clock.now()
  log = []
  patches = []
})

const make = () =>
  makeFollowers(
    clock,
    () => 1,
    (merge) => {
      log = []
      merge()
      patches.push(`${clock.now() - began}: ${log.join(" ")}`)
    },
  )

/** A store whose answer takes its time; `undefined` fails. */
function store(name: string, ...answers: (number | undefined)[]): Follower {
  return {
    apply: () => undefined,
    resync: () => {
      const ms = answers.length > 1 ? answers.shift() : answers[0]
      if (ms === undefined) return Promise.reject(new Failure("no"))
      return new Promise((resolve) => clock.after(ms, () => resolve(() => void log.push(name))))
    },
  }
}
const standing = () => new AbortController()

test("what all stores fetched after a gap changes the view once, when the last answer is there", async () => {
  const followers = make()
  for (const [name, ms] of [
    ["a", 300],
    ["b", 100],
    ["c", 900],
  ] as const)
    followers.add(store(name, ms))
  followers.resync(standing().signal, Promise.resolve())
  await clock.advance(5_000)
  expect(patches).toEqual(["900: b a c"])
})

test("a slow store holds up the others for a second, not longer", async () => {
  const followers = make()
  for (const [name, ms] of [
    ["a", 300],
    ["slow", 4_000],
  ] as const)
    followers.add(store(name, ms))
  followers.resync(standing().signal, Promise.resolve())
  await clock.advance(5_000)
  expect(patches).toEqual(["1300: a", "4000: slow"])
})

test("a store whose request fails holds up nobody, and tries again", async () => {
  const followers = make()
  followers.add(store("a", 300))
  followers.add(store("b", undefined, 100))
  followers.resync(standing().signal, Promise.resolve())
  await clock.advance(5_000)
  expect(patches).toEqual(["300: a", "600: b"])
})

test("a request that never ends is given up after 30 s and asked again, with more patience", async () => {
  const followers = make()
  const asked: [number, AbortSignal][] = []
  followers.add({
    apply: () => undefined,
    resync(signal) {
      asked.push([clock.now() - began, signal])
      if (asked.length < 3) return new Promise(() => undefined)
      return Promise.resolve(() => void log.push("a"))
    },
  })
  followers.resync(standing().signal, Promise.resolve())
  await clock.advance(200_000)
  expect(asked.map(([at]) => at)).toEqual([0, 30_500, 91_500])
  expect(asked.map(([, signal]) => signal.aborted)).toEqual([true, true, false])
  expect(patches).toEqual(["91500: a"])
  expect(clock.pending()).toBe(0)
})

test("nothing is merged before the stream is ready for it", async () => {
  const followers = make()
  followers.add(store("a", 100))
  let ready: () => void = () => undefined
  followers.resync(standing().signal, new Promise((resolve) => (ready = resolve)))
  await clock.advance(700)
  expect(patches).toEqual([])
  ready()
  await settle()
  expect(patches).toEqual(["700: a"])
})

test("what was gathered for a stream that ended meanwhile is thrown away", async () => {
  const followers = make()
  for (const [name, ms] of [
    ["a", 100],
    ["b", 500],
  ] as const)
    followers.add(store(name, ms))
  const first = standing()
  followers.resync(first.signal, Promise.resolve())
  await clock.advance(200)
  first.abort()
  followers.resync(standing().signal, Promise.resolve())
  await clock.advance(5_000)
  expect(patches.filter((patch) => !patch.endsWith(": "))).toEqual(["700: a b"])
  expect(clock.pending()).toBe(0)
})

test("a store that comes late is filled on its own, at once", async () => {
  const followers = make()
  followers.add(store("slow", 5_000))
  followers.resync(standing().signal, Promise.resolve())
  await clock.advance(100)
  followers.add(store("late", 100))
  await clock.advance(200)
  expect(patches).toEqual(["200: late"])
})
