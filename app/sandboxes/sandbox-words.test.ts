import { expect, test } from "vitest"
import { anOffer, aSandbox, at, startMs } from "../../tests/fakes/sandbox-api.ts"
import {
  activityWords,
  byteWords,
  exactTime,
  idleWords,
  resourceWords,
  roughTime,
  sleepWords,
  sourceWords,
  usageWords,
} from "./sandbox-words.ts"

test("times are said as roughly as a person plans, and never as none", () => {
  expect([1, 90_000, 89 * 60_000, 91 * 60_000, 50 * 3_600_000].map(roughTime)).toEqual([
    "1 min",
    "2 min",
    "89 min",
    "2 h",
    "2 days",
  ])
  expect([0, 8_400, 65_000].map(exactTime)).toEqual(["0 s", "8 s", "1 min 5 s"])
})

test("a source is its repository without the host, with the branch that was chosen", () => {
  expect(sourceWords(aSandbox({ repository: "https://git.test/team/shop.git", branch: "next" }))).toBe(
    "team/shop · next",
  )
  expect(sourceWords(aSandbox({ repository: null, directory: "/home/me/shop" }))).toBe("/home/me/shop")
  expect(sourceWords(aSandbox({ repository: null }))).toBeUndefined()
})

test("a sandbox that runs says when it sleeps, or for how long it was asked to stay awake", () => {
  expect(sleepWords(aSandbox(), startMs)).toBe("sleeps in 12 min")
  expect(sleepWords(aSandbox({ keepAwakeUntil: at(4 * 3_600_000) }), startMs)).toBe("awake for 4 h")
  expect(sleepWords(aSandbox({ keepAwakeUntil: at(-1) }), startMs)).toBe("sleeps in 12 min")
  expect(sleepWords(aSandbox({ idleAt: at(-60_000) }), startMs)).toBe("sleeps once nothing works in it")
  expect(sleepWords(aSandbox({ idleAt: null }), startMs)).toBeUndefined()
  expect(sleepWords(aSandbox({ state: "stopped" }), startMs)).toBeUndefined()
  expect(activityWords(aSandbox(), startMs)).toBe("active 3 min ago")
  expect(activityWords(aSandbox({ lastActivityAt: at(-9_000) }), startMs)).toBe("active now")
  const justStopped = aSandbox({ lastActivityAt: at(-9_000), state: "stopped" })
  expect(activityWords(justStopped, startMs)).toBe("active a moment ago")
})

test("what a template takes and when it sleeps is said before anything is spawned", () => {
  const [small, large] = anOffer.templates
  expect(small && resourceWords(small)).toBe("1 CPU · 2 GiB memory")
  expect(small && idleWords(small)).toBe("Sleeps after 30 min without work")
  expect(small && idleWords({ ...small, idleAfterSeconds: 5 })).toBe("Sleeps after 5 s without work")
  expect(large && resourceWords(large)).toBeUndefined()
  expect(large && idleWords(large)).toBe("Never sleeps by itself, stops after 24 h at the latest")
})

test("what is in use is said with its limit where there is one", () => {
  const usage = { cpu: 0.42, memoryBytes: 412 * 2 ** 20, memoryLimitBytes: 4 * 2 ** 30 }
  expect(usageWords(aSandbox({ usage }))).toBe("0.4 CPUs · 412 MiB of 4.0 GiB")
  expect(usageWords(aSandbox())).toBeUndefined()
  expect(byteWords(900)).toBe("900 B")
})
