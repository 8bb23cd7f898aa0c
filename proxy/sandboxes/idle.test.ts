import { describe, expect, test } from "vitest"
import { observed } from "../../tests/fakes/observed.ts"
import { deadlinesOf, dueOf, failedMs, graceMs } from "./idle.ts"

const minute = 60_000
const rules = { idleAfterMs: 30 * minute, maximumLifeMs: null }
const running = observed({ intentAt: 10 * minute, startedAt: 5 * minute })

describe("the idle deadline", () => {
  test("counts from what a person did last, wherever that is known", () => {
    expect(deadlinesOf(running, rules)).toMatchObject({ lastActivityAt: 10 * minute, idleAt: 40 * minute })
    expect(deadlinesOf(running, rules, 12 * minute).idleAt).toBe(42 * minute)
    expect(deadlinesOf(running, rules, 2 * minute).idleAt).toBe(40 * minute)
  })
  test("leaves a start its whole time, however old the last activity is", () => {
    expect(deadlinesOf({ ...running, startedAt: 60 * minute }, rules).idleAt).toBe(90 * minute)
  })
  test("waits for a person who asked to keep it awake, and comes no earlier for it", () => {
    expect(deadlinesOf({ ...running, keepAwakeUntil: 100 * minute }, rules).idleAt).toBe(100 * minute)
    expect(deadlinesOf({ ...running, keepAwakeUntil: 20 * minute }, rules).idleAt).toBe(40 * minute)
  })
  test("does not exist for one that never stops, and for one that does not run", () => {
    expect(deadlinesOf(running, { ...rules, idleAfterMs: null }).idleAt).toBeNull()
    expect(deadlinesOf({ ...running, wanted: "stopped" }, rules)).toMatchObject({
      idleAt: null,
      endsAt: null,
    })
  })
})

describe("what failed", () => {
  const failure = {
    ...{ code: "crash" as const, step: "starting" as const, sentence: "", remedies: [], details: "" },
    terminal: true,
  }
  test("and runs no more is never due: its reason stays until a person does something", () => {
    const { startedAt: _, ...rest } = running
    const deadlines = deadlinesOf({ ...rest, failure }, rules)
    expect(deadlines).toMatchObject({ idleAt: null, endsAt: null })
  })
  test("and still holds resources shows its reason for a day", () => {
    expect(deadlinesOf({ ...running, failure }, rules).idleAt).toBe(10 * minute + failedMs)
    expect(deadlinesOf({ ...running, failure: { ...failure, terminal: false } }, rules).idleAt).toBe(
      40 * minute,
    )
  })
})

test("the maximum life counts from this start, and nothing a person does makes it longer", () => {
  const deadlines = deadlinesOf(
    { ...running, intentAt: 500 * minute, keepAwakeUntil: 900 * minute },
    { idleAfterMs: null, maximumLifeMs: 60 * minute },
  )
  expect(deadlines).toMatchObject({ endsAt: 65 * minute, idleAt: null })
})

describe("a sandbox is due", () => {
  const deadlines = { lastActivityAt: 0, idleAt: 30 * minute, endsAt: 60 * minute }
  test("when it is idle, or its life is over, and nothing works in it", () => {
    expect(dueOf(deadlines, 30 * minute - 1)).toBe("no")
    expect(dueOf(deadlines, 30 * minute)).toBe("when-idle")
    expect(dueOf({ ...deadlines, idleAt: null }, 59 * minute)).toBe("no")
    expect(dueOf({ ...deadlines, idleAt: null }, 60 * minute)).toBe("when-idle")
  })
  test("ten minutes after the end of its life, whatever it does", () => {
    expect(dueOf({ ...deadlines, idleAt: null }, 60 * minute + graceMs - 1)).toBe("when-idle")
    expect(dueOf({ ...deadlines, idleAt: 900 * minute }, 60 * minute + graceMs)).toBe("now")
  })
  test("never, without deadlines", () => {
    expect(dueOf({ lastActivityAt: 0, idleAt: null, endsAt: null }, Number.MAX_SAFE_INTEGER)).toBe("no")
  })
})
