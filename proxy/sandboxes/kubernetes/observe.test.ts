// Every state and every failure as the objects of Kubernetes show it, and what a person is told.
import { describe, expect, test } from "vitest"
import {
  freshAnnotation,
  keepAwakeAnnotation,
  keptSinceAnnotation,
  startedAtAnnotation,
  wokenAtAnnotation,
} from "./names.ts"
import { observe, type SandboxParts } from "./observe.ts"
import type { Claim, KubeEvent, Pod, StatefulSet } from "./wire.ts"

const id = "sb-0123456789ab"
const start = Date.parse("2026-03-01T12:00:00Z")
const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString()
const record = {
  id,
  owner: "0123456789abcdef",
  ownerName: "ada@example.com",
  name: "One",
  slug: "one",
  repository: "https://git.example.com/ada/one",
  branch: null,
  directory: null,
  template: "plain",
  createdAt: start - 60_000,
}

const statefulSet = (replicas = 1, annotations = {}): StatefulSet => ({
  metadata: {
    name: id,
    uid: "set",
    generation: 2,
    annotations: { [startedAtAnnotation]: at(0), [wokenAtAnnotation]: at(0), ...annotations },
  },
  spec: { replicas, selector: {}, template: {}, serviceName: id } as StatefulSet["spec"] & object,
})

const claim = (phase = "Bound", metadata: Claim["metadata"] = {}): Claim => ({
  metadata: { name: `${id}-data`, uid: "claim", creationTimestamp: at(-3_600), ...metadata },
  spec: { storageClassName: "fast", volumeName: "pv-1", resources: { requests: { storage: "10Gi" } } },
  status: { phase },
})

type Status = Pod["status"] & object
type ContainerStatus = NonNullable<Status["containerStatuses"]>[number]

const pod = (status: Status = {}, more: { metadata?: object; nodeName?: string } = {}): Pod => ({
  metadata: { name: `${id}-0`, uid: "pod", creationTimestamp: at(1), ...more.metadata },
  spec: { containers: [], ...(more.nodeName ? { nodeName: more.nodeName } : {}) },
  status,
})

const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: at(2) }
const unschedulable = (message: string) => ({
  type: "PodScheduled",
  status: "False",
  reason: "Unschedulable",
  message,
})
const readyCondition = { type: "Ready", status: "True", lastTransitionTime: at(9) }

const container = (name: string, state: object, more: object = {}): ContainerStatus => ({
  name,
  image: "registry.example.com/sandbox:1",
  imageID: "",
  ready: false,
  restartCount: 0,
  state,
  ...more,
})
const cloned = container("clone", {
  terminated: { exitCode: 0, startedAt: at(3), finishedAt: at(5) },
})

function event(kind: string, reason: string, message: string, more: Partial<KubeEvent> = {}): KubeEvent {
  const names = { StatefulSet: id, Pod: `${id}-0`, PersistentVolumeClaim: `${id}-data` }
  return {
    metadata: { name: reason },
    involvedObject: { kind, name: names[kind as keyof typeof names] },
    reason,
    message,
    count: 3,
    lastTimestamp: at(4),
    ...more,
  }
}

const look = (parts: Partial<SandboxParts>, seconds = 10) =>
  observe({ id, namespace: "team-a", events: [], ...parts }, record, start + seconds * 1_000)
const running = (parts: Partial<SandboxParts>, seconds = 10) =>
  look({ statefulSet: statefulSet(), claim: claim(), ...parts }, seconds)

describe("a start", () => {
  test("begins with a StatefulSet that is stopped until its password is there, and is no sleep", () => {
    const made = statefulSet(0, { [startedAtAnnotation]: undefined, [wokenAtAnnotation]: undefined })
    const young = { ...made, metadata: { ...made.metadata, creationTimestamp: at(9) } }
    expect(running({ statefulSet: young })).toMatchObject({ wanted: "running", up: false, step: "queued" })
    expect(running({ statefulSet: young }, 60)).toMatchObject({ wanted: "stopped", leaving: false })
  })

  test("is queued until there is a pod", () => {
    expect(running({})).toMatchObject({ wanted: "running", step: "queued", up: false, leaving: false })
  })

  test("waits for its volume where the class binds at once, and for a place where it binds later", () => {
    const waiting = { claim: claim("Pending"), pod: pod() }
    expect(running(waiting).step).toBe("volume")
    const events = [event("PersistentVolumeClaim", "WaitForFirstConsumer", "waiting for first consumer")]
    expect(running({ ...waiting, events }).step).toBe("scheduled")
    expect(running({ ...waiting, events }).failure).toBeUndefined()
  })

  test("goes on through image, clone and start, each with the time it began", () => {
    const node = { nodeName: "node-1" }
    expect(running({ pod: pod({ conditions: [scheduled] }, node) }).step).toBe("pulling")
    const cloning = container("clone", { running: { startedAt: at(3) } })
    expect(
      running({ pod: pod({ conditions: [scheduled], initContainerStatuses: [cloning] }, node) }).step,
    ).toBe("cloning")
    const server = container("opencode", { running: { startedAt: at(6) } })
    const status = { conditions: [scheduled], initContainerStatuses: [cloned], containerStatuses: [server] }
    expect(running({ pod: pod(status, node) }).step).toBe("starting")
    const up = running({ pod: pod({ ...status, conditions: [scheduled, readyCondition] }, node) })
    expect(up).toMatchObject({ step: "ready", up: true })
    expect(up.entered).toEqual({
      queued: start,
      volume: start + 1_000,
      scheduled: start + 1_000,
      pulling: start + 2_000,
      cloning: start + 3_000,
      starting: start + 5_000,
      ready: start + 9_000,
    })
  })

  test("never goes back in time, although Kubernetes writes whole seconds", () => {
    const late = statefulSet(1, { [startedAtAnnotation]: at(1.9), [wokenAtAnnotation]: at(1.9) })
    const { entered } = running({ statefulSet: late, pod: pod({ conditions: [scheduled] }) })
    expect(entered).toMatchObject({ queued: start + 1_900, volume: start + 1_900, pulling: start + 2_000 })
  })

  test("says which image is fetched, that a machine is added, or that the run before still ends", () => {
    const events = [event("Pod", "Pulling", 'Pulling image "registry.example.com/sandbox:1"')]
    expect(running({ pod: pod({ conditions: [scheduled] }), events }).detail).toBe(
      "Fetching the image registry.example.com/sandbox:1.",
    )
    const full = pod({ conditions: [unschedulable("0/3 nodes are available: 3 Insufficient cpu.")] })
    const growing = running({
      pod: full,
      events: [event("Pod", "TriggeredScaleUp", "pod triggered scale-up")],
    })
    expect(growing.detail).toMatch(/adding a machine/)
    expect(growing.failure).toBeUndefined()
    const ending = pod({}, { metadata: { deletionTimestamp: at(20) }, nodeName: "node-1" })
    expect(running({ pod: ending })).toMatchObject({
      step: "queued",
      detail: expect.stringMatching(/run before/),
    })
  })
})

describe("what is wanted", () => {
  test("is read from the replicas; a stopped one leaves until its pod is gone", () => {
    const up = pod({ conditions: [readyCondition] })
    expect(look({ statefulSet: statefulSet(0), claim: claim(), pod: up })).toMatchObject({
      wanted: "stopped",
      up: false,
      leaving: true,
    })
    const stopped = look({ statefulSet: statefulSet(0), claim: claim() })
    expect(stopped).toMatchObject({ wanted: "stopped", leaving: false })
    expect(stopped.startedAt).toBeUndefined()
  })

  test("may be given up without a name only while the volume carries the mark of a new one", () => {
    const marked = claim("Bound", { annotations: { [freshAnnotation]: "true" } })
    expect(look({ statefulSet: statefulSet(1), claim: marked }).isFresh).toBe(true)
    expect(look({ statefulSet: statefulSet(0), claim: marked }).isFresh).toBe(true)
    expect(look({ statefulSet: statefulSet(1), claim: claim() }).isFresh).toBe(false)
    expect(look({ statefulSet: statefulSet(1) }).isFresh).toBe(false)
  })

  test("is data when the volume says since when, and nothing when that goes too", () => {
    const kept = claim("Bound", { annotations: { [keptSinceAnnotation]: at(5) } })
    expect(look({ claim: kept })).toMatchObject({
      wanted: "data",
      keptSince: start + 5_000,
      leaving: false,
      dataBytes: 10 * 2 ** 30,
    })
    expect(look({ claim: kept, pod: pod() }).leaving).toBe(true)
    expect(
      look({ claim: { ...kept, metadata: { ...kept.metadata, deletionTimestamp: at(6) } } }),
    ).toMatchObject({ wanted: "nothing", leaving: true })
    const doomed = claim("Bound", {
      ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: id, uid: "set" }],
    })
    expect(look({ claim: doomed }).wanted).toBe("nothing")
  })

  test("is nothing any more once its start was cancelled, however far the removal has come", () => {
    const cancelled = claim("Bound", { annotations: { [freshAnnotation]: "cancelled" } })
    const up = pod({ conditions: [readyCondition] })
    const nothing = { wanted: "nothing", up: false, leaving: true }
    expect(running({ claim: cancelled, pod: up })).toMatchObject(nothing)
    expect(look({ statefulSet: statefulSet(0), claim: cancelled })).toMatchObject(nothing)
    expect(look({ claim: cancelled })).toMatchObject(nothing)
    expect(look({ claim: cancelled }).failure).toBeUndefined()
  })

  test("has a version that a wake changes and a change of status does not", () => {
    const before = running({}).version
    expect(running({ pod: pod({ conditions: [readyCondition] }) }).version).toBe(before)
    expect(running({ statefulSet: statefulSet(1, { [wokenAtAnnotation]: at(7) }) }).version).not.toBe(before)
  })

  test("comes with when a person last acted, and until when it is kept awake", () => {
    const lease = {
      metadata: { annotations: { [keepAwakeAnnotation]: at(900) } },
      spec: { renewTime: at(3) },
    }
    expect(running({ lease })).toMatchObject({ intentAt: start + 3_000, keepAwakeUntil: start + 900_000 })
    expect(running({})).toMatchObject({ intentAt: record.createdAt, keepAwakeUntil: null })
  })
})

describe("a deletion behind our back", () => {
  test("of the StatefulSet is told, and the data is still there to go on with", () => {
    expect(look({ claim: claim() })).toMatchObject({
      wanted: "running",
      failure: { code: "gone", terminal: true, remedies: ["retry", "delete"] },
    })
  })

  test("is not told of a start that is being made", () => {
    const fresh = claim("Pending", { creationTimestamp: at(9) })
    expect(look({ claim: fresh }).failure).toBeUndefined()
  })

  test("of the volume is told as lost data", () => {
    const parts = { statefulSet: statefulSet(), pod: pod() }
    expect(look(parts, 20).failure).toMatchObject({ code: "gone", step: "volume", terminal: true })
    expect(look(parts, 2).failure).toBeUndefined()
  })
})

describe("a pod that was up", () => {
  test("has no failure, whatever it went through before", () => {
    const server = container(
      "opencode",
      { running: { startedAt: at(8) } },
      { restartCount: 5, lastState: { terminated: { exitCode: 1 } } },
    )
    const status = { conditions: [scheduled, readyCondition], containerStatuses: [server] }
    expect(running({ pod: pod(status) }).failure).toBeUndefined()
  })
})
