import * as v from "valibot"
import { describe, expect, test } from "vitest"
import {
  type Failure,
  KeptDataSchema,
  ProgressSchema,
  SandboxSchema,
  type Step,
} from "../../shared/sandboxes.ts"
import { observed, recorded } from "../../tests/fakes/observed.ts"
import type { Observation } from "./driver.ts"
import type { Health } from "./health-of-start.ts"
import { toKeptData, toProgress, toSandbox, type View, viewOf } from "./progress.ts"

const look = (change: Partial<Observation>, health: Health = "healthy") =>
  viewOf({ observation: observed(change), health })
const failure: Failure = {
  code: "image",
  step: "pulling",
  sentence: "The image is not there.",
  remedies: ["operator"],
  details: "not found",
}

describe("a sandbox is", () => {
  const cases: [string, Partial<Observation>, Health, string | undefined][] = [
    ["starting until it listens", { up: false, step: "cloning" }, "unknown", "starting"],
    ["starting until its server answers", {}, "unknown", "starting"],
    ["ready when its server answers", {}, "healthy", "ready"],
    ["failed when its server listens and never answers", {}, "unhealthy", "failed"],
    [
      "failed when it cannot start",
      { up: false, failure: { ...failure, terminal: true } },
      "unknown",
      "failed",
    ],
    [
      "starting while what is wrong may pass",
      { up: false, failure: { ...failure, terminal: false } },
      "unknown",
      "starting",
    ],
    ["stopping while something still runs", { wanted: "stopped", leaving: true }, "unknown", "stopping"],
    ["stopped", { wanted: "stopped", up: false }, "unknown", "stopped"],
    ["deleting until everything has gone", { wanted: "nothing", leaving: true }, "healthy", "deleting"],
    ["deleting while its data is set aside", { wanted: "data", leaving: true }, "unknown", "deleting"],
    ["no sandbox any more when only its data is left", { wanted: "data", up: false }, "unknown", undefined],
  ]
  test.each(cases)("%s", (_what, change, health, state) => expect(look(change, health)?.state).toBe(state))

  test("starting, and not ready, when its server has answered but no longer listens", () => {
    expect(look({ up: false, step: "starting" }, "unknown")).toMatchObject({
      state: "starting",
      step: "starting",
    })
  })

  test("told with what may pass by itself, and what a driver keeps to itself is not told", () => {
    const view = look({ up: false, step: "pulling", failure: { ...failure, terminal: false } }, "unknown")
    expect(view?.failure).toEqual(failure)
  })
})

const order: readonly Step[] = ["queued", "cloning", "starting", "ready"]
const entered = { queued: 1_000, cloning: 2_000, starting: 5_000 }
const repository = "https://git.example/a/app"
const progress = (change: Partial<Observation>, health: Health = "unknown") => {
  const observation = observed({ record: recorded({ repository }), up: false, entered, ...change })
  return toProgress(observation, viewOf({ observation, health }) as View, order, 4_000)
}

describe("progress", () => {
  test("has every step of the driver in order, with the times that are known", () => {
    const told = progress({ step: "cloning", entered: { queued: 1_000, cloning: 2_000 } })
    expect(told.steps).toEqual([
      { step: "queued", is: "done", startedAt: iso(1_000), endedAt: iso(2_000) },
      { step: "cloning", is: "current", startedAt: iso(2_000) },
      { step: "starting", is: "waiting" },
      { step: "ready", is: "waiting" },
    ])
    expect(told).toMatchObject({ sentence: "Cloning the repository.", usualMs: 4_000, state: "starting" })
  })

  test("is not over before the server answers, although the driver says so", () => {
    const told = progress({ step: "ready", up: true, entered: { ...entered, ready: 6_000 } })
    expect(told.steps.map(({ is }) => is)).toEqual(["done", "done", "current", "waiting"])
    const over = progress({ step: "ready", up: true, entered: { ...entered, ready: 6_000 } }, "healthy")
    expect(over.steps.map(({ is }) => is)).toEqual(["done", "done", "done", "done"])
  })

  test("has no cloning where there is nothing to clone", () => {
    const told = progress({
      record: recorded(),
      step: "starting",
      entered: { queued: 1_000, starting: 2_000 },
    })
    expect(told.steps.map(({ step, is }) => `${step} ${is}`)).toEqual([
      "queued done",
      "starting current",
      "ready waiting",
    ])
  })

  test("names the step that failed, and its sentence", () => {
    const told = progress({ step: "cloning", failure: { ...failure, step: "cloning", terminal: true } })
    expect(told.steps.map(({ is }) => is)).toEqual(["done", "failed", "waiting", "waiting"])
    expect(told.sentence).toBe(failure.sentence)
  })

  test("prefers the driver's own words for what happens now", () => {
    expect(progress({ step: "cloning", detail: "Cloning: 42 %" }).sentence).toBe("Cloning: 42 %")
    expect(progress({ step: "cloning", detail: "Cloning \u202egpj.exe" }).sentence).toBe(
      "Cloning ⟨U+202E⟩gpj.exe",
    )
  })

  test("of what does not run has no step under way", () => {
    const told = progress({ wanted: "stopped" })
    expect(new Set(told.steps.map(({ is }) => is))).toEqual(new Set(["waiting"]))
    expect(told.sentence).toBe("It is asleep. Its data is kept.")
  })

  test("is what the page can read, in every state", () => {
    for (const change of [{}, { wanted: "stopped" }, { wanted: "nothing" }, { up: true }] as const)
      expect(() => v.parse(ProgressSchema, progress(change))).not.toThrow()
  })
})

test("a sandbox and kept data are what the page can read, and no secret is in them", () => {
  const observation = observed({ isFresh: true, usage: { cpu: 0.5, memoryBytes: 1 }, keepAwakeUntil: 9_000 })
  const deadlines = { lastActivityAt: 5_000, idleAt: 7_000, endsAt: null }
  const sandbox = toSandbox(observation, look({}) as View, deadlines, "process")
  expect(v.parse(SandboxSchema, sandbox)).toMatchObject({
    serverUrl: "http://sb-0123456789ab.sandbox",
    idleAt: iso(7_000),
    keepAwakeUntil: iso(9_000),
    endsAt: null,
    isFresh: true,
  })
  const kept = toKeptData(
    observed({
      wanted: "data",
      record: recorded({ directory: "/home/ada/shop" }),
      keptSince: 3_000,
      dataBytes: 12,
    }),
  )
  expect(v.parse(KeptDataSchema, kept)).toMatchObject({
    keptSince: iso(3_000),
    bytes: 12,
    directory: "/home/ada/shop",
  })
})

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
