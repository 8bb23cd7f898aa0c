// What only time tells: the objects stay as they are, and what is seen of them changes.
import { expect, test } from "vitest"
import { storedSandbox as record } from "../../../tests/fakes/kubernetes-record.ts"
import type { SandboxParts } from "./observe.ts"
import { makeSightings, type SightingsOptions } from "./sightings.ts"

const hour = 3_600_000
const { id } = record

function world() {
  const time = { now: record.createdAt + hour }
  const place = { phase: "Bound" }
  const parts = (): SandboxParts => ({
    id,
    namespace: "team-a",
    events: [],
    statefulSet: {
      metadata: { uid: "set" },
      spec: { replicas: 1, selector: {}, template: {}, serviceName: id },
    },
    pod: { metadata: { uid: "pod", creationTimestamp: new Date(time.now - 60_000).toISOString() } },
    claim: { metadata: { uid: "claim" }, spec: {}, status: { phase: place.phase } },
  })
  const store = { parts, record: () => record, watchEvents: () => undefined, endEvents: () => undefined }
  const options = { store, now: () => time.now, clusterDomain: "cluster.local" } as unknown
  const sightings = makeSightings(options as SightingsOptions)
  sightings.look(id)
  return {
    failure: () => sightings.seen.get(id)?.failure?.code,
    volumeIs: (phase: string) => {
      place.phase = phase
      sightings.look(id)
    },
    pass: (ms: number) => {
      time.now += ms
      sightings.tick()
    },
  }
}

test("a volume that is lost is told once that has lasted, however long the sandbox has been there", () => {
  const { failure, volumeIs, pass } = world()
  volumeIs("Lost")
  expect(failure()).toBeUndefined()
  pass(3_000)
  expect(failure()).toBeUndefined()
  pass(3_000)
  expect(failure()).toBe("volume")
})

test("a volume that is found again was never lost, and the next time is waited for anew", () => {
  const { failure, volumeIs, pass } = world()
  volumeIs("Lost")
  pass(3_000)
  volumeIs("Bound")
  pass(60_000)
  volumeIs("Lost")
  pass(3_000)
  expect(failure()).toBeUndefined()
})
