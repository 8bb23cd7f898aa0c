import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { backoffMs } from "./backoff.ts"
import {
  type LinkFailure,
  type LinkInput,
  type LinkMachine,
  linkEffects,
  nextLink,
  startLink,
} from "./link-machine.ts"

const t0 = 1_000_000
const at = (ms: number, online = true) => ({ now: t0 + ms, random: () => 1, online })
const base = { failures: 3, slow: 1, attempts: 5 }
const attempt = (age: number, stands: boolean) =>
  ({ kind: "attempt", since: t0 - age, stands, patienceMs: 6_000, abreast: 6 }) as const
const wait = (ms: number, told = false) => ({ kind: "wait", from: t0, ms, told }) as const

/** Every situation that a link can be in, as far as it decides differently in it. */
const situations = {
  "first attempt, young": { ...base, state: "connecting", doing: attempt(500, false) },
  "first attempt, 2 s old": { ...base, state: "connecting", doing: attempt(2_000, false) },
  "another attempt, 5 s old": { ...base, state: "retrying", reason: "r", doing: attempt(5_000, false) },
  "live, young": { ...base, state: "live", doing: attempt(500, true) },
  "live, settled": { ...base, state: "live", doing: attempt(60_000, true) },
  "waiting to retry": { ...base, state: "retrying", reason: "r", doing: wait(4_000) },
  "waiting without a network": { ...base, state: "offline", reason: "r", doing: wait(4_000) },
  "waiting as it was told": { ...base, state: "retrying", reason: "r", doing: wait(9_000, true) },
  "waiting for a server that starts": { ...base, state: "connecting", reason: "r", doing: wait(1_000) },
  refused: { ...base, state: "refused", reason: "r", doing: { kind: "rest" } },
  closed: { ...base, state: "live", doing: { kind: "closed" } },
} as const satisfies Record<string, LinkMachine>

const failure = (more: Partial<LinkFailure> = {}): LinkFailure => ({ message: "down", ...more })
const ended = (more?: Partial<LinkFailure>): LinkInput => ({
  kind: "ended",
  attempt: 5,
  failure: failure(more),
})

/** At t0, with a network, unless it says otherwise. */
const inputs = {
  stood: { input: { kind: "stood", attempt: 5 } },
  "stood, a former attempt": { input: { kind: "stood", attempt: 4 } },
  ended: { input: ended() },
  "ended without a network": { input: ended(), online: false },
  "ended, a former attempt": { input: { kind: "ended", attempt: 4, failure: failure({ final: true }) } },
  "ended for good": { input: ended({ final: true }) },
  "ended, starting": { input: ended({ code: "local.starting" }) },
  "ended, a sandbox that starts": { input: ended({ code: "sandbox.starting", retryAfterMs: 2_000 }) },
  "ended, come back in 20 s": { input: ended({ retryAfterMs: 20_000 }) },
  timer: { input: { kind: "timer" } },
  retry: { input: { kind: "retry" } },
  "wake, fresh stream": { input: { kind: "wake", silenceMs: 9_000 } },
  "wake, doubtful stream": { input: { kind: "wake", silenceMs: 13_000 } },
  "wake after an hour": { input: { kind: "wake", silenceMs: 3_600_000 }, ms: 3_600_000 },
  "network lost": { input: { kind: "network" }, online: false },
  "network found": { input: { kind: "network" } },
  close: { input: { kind: "close" } },
} as const satisfies Record<string, { input: LinkInput; online?: boolean; ms?: number }>

type Situation = keyof typeof situations
type Input = keyof typeof inputs

/**
 * What each input does in each situation: the state afterwards and what has to be done; "" where nothing changes.
 * Attempt 5 runs where one runs, three attempts failed before.
 */
const table: Record<Situation, Record<Input, string>> = {
  "first attempt, young": row({
    stood: "live",
    ended: "retrying: end 5, wait 4000",
    "ended without a network": "offline: end 5, wait 4000",
    "ended for good": "refused: end 5",
    "ended, starting": "connecting: end 5, wait 1000",
    "ended, a sandbox that starts": "connecting: end 5, wait 2000",
    "ended, come back in 20 s": "retrying: end 5, wait 20500",
    "wake after an hour": "connecting: end 5, open 6",
    close: "connecting: end 5",
  }),
  "first attempt, 2 s old": row({
    stood: "live",
    ended: "retrying: end 5, wait 4000",
    "ended without a network": "offline: end 5, wait 4000",
    "ended for good": "refused: end 5",
    "ended, starting": "connecting: end 5, wait 1000",
    "ended, a sandbox that starts": "connecting: end 5, wait 2000",
    "ended, come back in 20 s": "retrying: end 5, wait 20500",
    retry: "connecting: end 5, open 6",
    "wake after an hour": "connecting: end 5, open 6",
    close: "connecting: end 5",
  }),
  "another attempt, 5 s old": row({
    stood: "live",
    ended: "retrying: end 5, wait 4000",
    "ended without a network": "offline: end 5, wait 4000",
    "ended for good": "refused: end 5",
    "ended, starting": "connecting: end 5, wait 1000",
    "ended, a sandbox that starts": "connecting: end 5, wait 2000",
    "ended, come back in 20 s": "retrying: end 5, wait 20500",
    retry: "retrying: end 5, open 6",
    "wake, fresh stream": "retrying: end 5, open 6",
    "wake, doubtful stream": "retrying: end 5, open 6",
    "wake after an hour": "retrying: end 5, open 6",
    "network lost": "offline",
    close: "retrying: end 5",
  }),
  "live, young": row({
    ended: "retrying: end 5, wait 4000",
    "ended without a network": "offline: end 5, wait 4000",
    "ended for good": "refused: end 5",
    "ended, starting": "connecting: end 5, wait 1000",
    "ended, a sandbox that starts": "connecting: end 5, wait 2000",
    "ended, come back in 20 s": "retrying: end 5, wait 20500",
    "wake, doubtful stream": "retrying: end 5, open 6",
    "wake after an hour": "retrying: end 5, open 6",
    close: "live: end 5",
  }),
  // It lived long enough to count as a success: the count of failures starts again.
  "live, settled": row({
    ended: "retrying: end 5, wait 500",
    "ended without a network": "offline: end 5, wait 500",
    "ended for good": "refused: end 5",
    "ended, starting": "connecting: end 5, wait 1000",
    "ended, a sandbox that starts": "connecting: end 5, wait 2000",
    "ended, come back in 20 s": "retrying: end 5, wait 20500",
    retry: "retrying: end 5, open 6",
    "wake, doubtful stream": "retrying: end 5, open 6",
    "wake after an hour": "retrying: end 5, open 6",
    close: "live: end 5",
  }),
  "waiting to retry": row({
    timer: "retrying: stop-waiting, open 6",
    retry: "retrying: stop-waiting, open 6",
    "wake, fresh stream": "retrying: stop-waiting, open 6",
    "wake, doubtful stream": "retrying: stop-waiting, open 6",
    "wake after an hour": "retrying: stop-waiting, open 6",
    "network lost": "offline",
    close: "retrying: stop-waiting",
  }),
  "waiting without a network": row({
    timer: "offline: stop-waiting, open 6",
    retry: "offline: stop-waiting, open 6",
    "wake, fresh stream": "retrying: stop-waiting, open 6",
    "wake, doubtful stream": "retrying: stop-waiting, open 6",
    "wake after an hour": "retrying: stop-waiting, open 6",
    "network found": "retrying",
    close: "offline: stop-waiting",
  }),
  // Whoever looks does not know what we were told. Whoever presses the button does.
  "waiting as it was told": row({
    timer: "retrying: stop-waiting, open 6",
    retry: "retrying: stop-waiting, open 6",
    "wake after an hour": "retrying: stop-waiting, open 6",
    "network lost": "offline",
    close: "retrying: stop-waiting",
  }),
  "waiting for a server that starts": row({
    timer: "connecting: stop-waiting, open 6",
    retry: "connecting: stop-waiting, open 6",
    "wake, fresh stream": "connecting: stop-waiting, open 6",
    "wake, doubtful stream": "connecting: stop-waiting, open 6",
    "wake after an hour": "connecting: stop-waiting, open 6",
    close: "connecting: stop-waiting",
  }),
  refused: row({ retry: "connecting: open 6", close: "refused: " }),
  closed: row({}),
}

function row(cells: Partial<Record<Input, string>>): Record<Input, string> {
  const empty = Object.fromEntries(Object.keys(inputs).map((input) => [input, ""])) as Record<Input, string>
  return { ...empty, ...cells }
}

function said(before: LinkMachine, after: LinkMachine): string {
  const effects = linkEffects(before, after).map((effect) =>
    [effect.kind, "ms" in effect ? effect.ms : "attempt" in effect ? effect.attempt : ""].join(" ").trim(),
  )
  if (before.state === after.state && effects.length === 0 && before.doing.kind === after.doing.kind)
    return ""
  return effects.length > 0 || after.doing.kind === "closed"
    ? `${after.state}: ${effects.join(", ")}`
    : after.state
}

describe.each(Object.keys(situations) as Situation[])("%s", (situation) => {
  test.each(Object.keys(inputs) as Input[])("%s", (name) => {
    const { input, online = true, ms = 0 }: { input: LinkInput; online?: boolean; ms?: number } = inputs[name]
    const before: LinkMachine = situations[situation]
    expect(said(before, nextLink(before, input, at(ms, online)))).toBe(table[situation][name])
  })
})

test("the reason is said with every trouble and gone when it is over", () => {
  const lost = nextLink(situations["live, settled"], ended(), at(0))
  expect(lost.reason).toBe("down")
  const again = nextLink(lost, { kind: "timer" }, at(500))
  expect(again.reason).toBe("down")
  expect(nextLink(again, { kind: "stood", attempt: 6 }, at(600)).reason).toBeUndefined()
  expect(nextLink(situations.refused, { kind: "retry" }, at(0)).reason).toBeUndefined()
})

test("nobody can tell us to stay away for more than a minute", () => {
  const lost = nextLink(situations["live, young"], ended({ retryAfterMs: 86_400_000 }), at(0))
  expect(lost.doing).toMatchObject({ kind: "wait", ms: 60_500 })
})

test("a person's retry forgets the failures before, so that the next wait is short", () => {
  const again = nextLink(situations["waiting to retry"], { kind: "retry" }, at(0))
  expect(nextLink(again, { kind: "ended", attempt: 6, failure: failure() }, at(10)).doing).toMatchObject({
    ms: 500,
  })
})

describe("patience with a greeting", () => {
  /** How long the attempt that runs may take. */
  const patienceOf = ({ doing }: LinkMachine) => (doing.kind === "attempt" ? doing.patienceMs : undefined)
  /** The attempt ends at that age, and the next begins. */
  const again = (link: LinkMachine, age: number): LinkMachine => {
    const begun = link.doing.kind === "attempt" ? link.doing.since : 0
    const over = { now: begun + age, random: () => 0, online: true }
    const lost = nextLink(link, { kind: "ended", attempt: link.attempts, failure: failure() }, over)
    return nextLink(lost, { kind: "timer" }, over)
  }
  /** What each attempt may take, when none is ever greeted. */
  const unheard = (link: LinkMachine, count: number) => {
    const all = []
    for (let next = link; all.length < count; next = again(next, patienceOf(next) ?? 0))
      all.push(patienceOf(next))
    return all
  }
  const hurried = [3_000, 6_000, 10_000, 10_000]

  test("is long before the server has ever answered: it may be starting", () => {
    expect(unheard(startLink(t0), 3)).toEqual([10_000, 10_000, 10_000])
  })

  test("is short, and grows, after waking up, after a person's retry, and after a stream that was well", () => {
    expect(unheard(nextLink(situations["waiting to retry"], inputs.retry.input, at(0)), 4)).toEqual(hurried)
    const asleep = inputs["wake after an hour"].input
    for (const name of ["first attempt, young", "live, young", "live, settled", "waiting to retry"] as const)
      expect(unheard(nextLink(situations[name], asleep, at(3_600_000)), 4)).toEqual(hurried)
    expect(unheard(again(situations["live, settled"], 60_000), 4)).toEqual(hurried)
  })

  test("grows also for a server that greets, and then is too slow to say where it works", () => {
    const woken = nextLink(situations["live, young"], inputs["wake, doubtful stream"].input, at(0))
    const greeted = nextLink(woken, { kind: "stood", attempt: 6 }, at(1_000))
    expect(patienceOf(again(greeted, 4_000))).toBe(6_000)
  })

  test("does not grow with attempts that are refused at once, as while a proxy restarts", () => {
    const lost = again(situations["live, settled"], 60_000)
    expect(patienceOf(again(again(again(lost, 5), 5), 5))).toBe(3_000)
  })

  test("after one attempt in vain asks on every connection that a browser may keep, once", () => {
    const abreast = ({ doing }: LinkMachine) => (doing.kind === "attempt" ? doing.abreast : undefined)
    const woken = nextLink(situations["live, settled"], inputs["wake after an hour"].input, at(3_600_000))
    const second = again(woken, 3_000)
    expect([woken, second, again(second, 6_000)].map(abreast)).toEqual([1, 6, 1])
  })

  test("is told to whoever opens the stream", () => {
    const woken = nextLink(situations["waiting to retry"], inputs.retry.input, at(0))
    const effects = linkEffects(situations["waiting to retry"], woken)
    expect(effects).toContainEqual({ kind: "open", attempt: 6, patienceMs: 3_000, abreast: 1 })
  })
})

test("a refusal that another tab got is not asked again before a person wants it", () => {
  const link = startLink(t0, "The server needs a password.")
  expect(link).toMatchObject({
    state: "refused",
    reason: "The server needs a password.",
    doing: { kind: "rest" },
  })
  expect(linkEffects(undefined, link)).toEqual([])
  expect(linkEffects(undefined, startLink(t0))).toEqual([
    { kind: "open", attempt: 1, patienceMs: 10_000, abreast: 1 },
  ])
})

describe("any sequence", () => {
  const arbitraryInput: fc.Arbitrary<(link: LinkMachine) => LinkInput> = fc.oneof(
    fc.nat(2).map(
      (back) =>
        (link: LinkMachine): LinkInput => ({ kind: "stood", attempt: link.attempts - back }),
    ),
    fc
      .record({
        back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
        final: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() }),
        code: fc.option(fc.constant("local.starting"), { nil: undefined, freq: 4 }),
        retryAfterMs: fc.option(fc.nat(200_000), { nil: undefined }),
      })
      .map(
        ({ back, ...more }) =>
          (link: LinkMachine): LinkInput => ({
            kind: "ended",
            attempt: link.attempts - back,
            failure: failure(more),
          }),
      ),
    fc.constant((): LinkInput => ({ kind: "timer" })),
    fc.constant((): LinkInput => ({ kind: "retry" })),
    fc.nat(40_000).map((silenceMs) => (): LinkInput => ({ kind: "wake", silenceMs })),
    fc.constant((): LinkInput => ({ kind: "network" })),
  )
  const arbitrarySteps = fc.array(
    fc.record({
      make: arbitraryInput,
      ms: fc.nat(40_000),
      online: fc.boolean(),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
    { maxLength: 60 },
  )

  test("never two attempts, always an attempt or a timer or a refusal, live only while one stands", () => {
    fc.assert(
      fc.property(arbitrarySteps, fc.option(fc.constant("no"), { nil: undefined }), (steps, refused) => {
        // The reference knows only what was done: which attempt was opened and not ended, whether a timer runs.
        const world = { attempt: 0, timer: false, stands: false }
        const carryOut = (before: LinkMachine | undefined, after: LinkMachine) => {
          for (const effect of linkEffects(before, after)) {
            if (effect.kind === "open") {
              expect(world.attempt).toBe(0)
              Object.assign(world, { attempt: effect.attempt, stands: false })
            }
            if (effect.kind === "end") {
              expect(effect.attempt).toBe(world.attempt)
              Object.assign(world, { attempt: 0, stands: false })
            }
            if (effect.kind === "wait") expect(world.timer).toBe(false)
            if (effect.kind === "wait") world.timer = true
            if (effect.kind === "stop-waiting") world.timer = false
          }
        }
        let now = t0
        let link = startLink(now, refused)
        carryOut(undefined, link)
        for (const { make, ms, online, random } of steps) {
          now += ms
          const input = make(link)
          if (input.kind === "stood" && input.attempt === world.attempt && world.attempt > 0)
            world.stands = true
          const before = link
          link = nextLink(before, input, { now, random: () => random, online })
          carryOut(before, link)
          expect([world.attempt > 0, world.timer, link.state === "refused"].filter(Boolean)).toHaveLength(1)
          expect(link.state === "live").toBe(world.stands)
          if (link.state !== "connecting") expect(link.reason === undefined).toBe(link.state === "live")
          if (before.state === "refused" && input.kind !== "retry") expect(link).toEqual(before)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test("with a server that is well again, it is live within the longest wait, or it was refused and says why", () => {
    fc.assert(
      fc.property(arbitrarySteps, (steps) => {
        let now = t0
        let link = startLink(now)
        for (const { make, ms, online, random } of steps) {
          now += ms
          link = nextLink(link, make(link), { now, random: () => random, online })
        }
        const { doing } = link
        if (link.state === "refused") {
          expect(link.reason).toBe("down")
          return
        }
        if (doing.kind === "wait") {
          expect(doing.ms).toBeLessThanOrEqual(60_000 + backoffMs(0, () => 1))
          link = nextLink(link, { kind: "timer" }, at(0))
        }
        link = nextLink(link, { kind: "stood", attempt: link.attempts }, at(0))
        expect(link.state).toBe("live")
      }),
      { numRuns: 2_000 },
    )
  })
})
