// The proxy was killed between the mark on the volume and the removal.
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeNamespace } from "../../../tests/fakes/kubernetes-namespace.ts"
import { recordKey as key, storedSandbox as record } from "../../../tests/fakes/kubernetes-record.ts"
import { StatusError } from "./api-error.ts"
import { finishCancelled } from "./finish-cancelled.ts"
import { claimName } from "./names.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const roundMs = 10_000

function world(mark: string | undefined, sealedWith = key) {
  const its = makeNamespace()
  const warned: unknown[] = []
  its.putClaim(mark, sealedWith)
  its.putStatefulSet()
  const { api, store } = its
  const log = { warn: (what: unknown) => void warned.push(what) }
  const stop = new AbortController()
  const deps = { api, store, key, seen: new Map([[record.id, {}]]), log: log as never }
  return { ...its, warned, stop, lead: () => finishCancelled(deps, stop.signal) }
}
const left = (its: ReturnType<typeof world>) => [its.claim(), its.statefulSet()].filter(Boolean).length

test("whoever leads removes what was cancelled and is still there, and then is at rest", async () => {
  const its = world("cancelled")
  const done = its.lead()
  await vi.advanceTimersByTimeAsync(0)
  expect(left(its)).toBe(0)
  const asked = its.calls.length
  await vi.advanceTimersByTimeAsync(5 * roundMs)
  expect(its.calls).toHaveLength(asked)
  its.stop.abort()
  await done
})

test("also what is cancelled, and left half done, while it leads", async () => {
  const its = world("true")
  void its.lead()
  await vi.advanceTimersByTimeAsync(roundMs)
  its.putClaim("cancelled")
  await vi.advanceTimersByTimeAsync(roundMs)
  expect(left(its)).toBe(0)
})

test.each([
  ["is fresh", "true", key],
  ["is in use", undefined, key],
  ["was not made with our key", "cancelled", new Uint8Array(32)],
])("nothing is done to one that %s", async (_, mark, sealedWith) => {
  const its = world(mark, sealedWith)
  void its.lead()
  await vi.advanceTimersByTimeAsync(3 * roundMs)
  expect([left(its), its.calls]).toEqual([2, []])
})

test("only what was cancelled goes, not the next one of this id", async () => {
  const its = world("cancelled")
  const old = its.claim()
  its.store.parts = () => ({ id: record.id, namespace: "team-a", events: [], ...(old && { claim: old }) })
  its.putClaim("true")
  void its.lead()
  await vi.advanceTimersByTimeAsync(roundMs)
  expect(left(its)).toBe(2)
})

test.each([
  ["a volume that takes its time to end is not asked for again", "without", 1],
  ["a volume that somebody deletes does not leave its pod behind", "with", 0],
])("%s", async (_, how, remains) => {
  const its = world("cancelled")
  if (how === "without") its.drop("statefulsets", record.id)
  const at = { resource: "persistentvolumeclaims", namespace: "team-a", name: claimName(record.id) } as const
  await its.api.merge(at, { metadata: { deletionTimestamp: "2026-03-01T12:00:00Z" } })
  void its.lead()
  await vi.advanceTimersByTimeAsync(3 * roundMs)
  expect(left(its)).toBe(remains)
})

test("what cannot be removed is tried again, and told once", async () => {
  const its = world("cancelled")
  its.hooks.before = (call) => {
    if (call.startsWith("remove")) throw new StatusError(403, {})
  }
  void its.lead()
  await vi.advanceTimersByTimeAsync(3 * roundMs)
  expect([left(its), its.warned.length]).toEqual([2, 1])
  its.hooks.before = () => undefined
  await vi.advanceTimersByTimeAsync(roundMs)
  expect(left(its)).toBe(0)
})
