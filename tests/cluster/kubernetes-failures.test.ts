// What a kubelet reports, written into the status of real pods, is told as the failure that it is.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Driver, SandboxRecord } from "../../proxy/sandboxes/driver.ts"
import type { Template } from "../../proxy/sandboxes/templates/template.ts"
import type { FailureCode } from "../../shared/sandboxes.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  coreIn,
  giveNodeDisk,
  isUp,
  newRecord,
  openDriver,
  seenWhen,
  templateIn,
} from "./kubernetes-world.ts"

const cluster = sharedCluster()
const { api } = cluster

let namespace: string
let template: Template
let driver: Driver
let record: SandboxRecord

beforeAll(async () => {
  await giveNodeDisk(cluster)
  namespace = await cluster.makeNamespace()
  template = templateIn(namespace)
  driver = openDriver(cluster, [template])
  await driver.ready
  record = newRecord()
  await driver.ensure(record, template)
  await seenWhen(driver, record.id, isUp)
})
afterAll(() => driver.close())

const image = "registry.invalid/sandbox:1"
const notReady = [
  { type: "Ready", status: "False", lastTransitionTime: new Date().toISOString() },
  { type: "PodScheduled", status: "True", lastTransitionTime: new Date().toISOString() },
]
const status = (name: string, state: object, more: object = {}) => ({
  name,
  image,
  imageID: "",
  ready: false,
  restartCount: 0,
  state,
  ...more,
})
const server = (state: object, more: object = {}) => ({
  phase: "Running",
  conditions: notReady,
  containerStatuses: [status("opencode", state, more)],
})
const clone = (state: object, more: object = {}) => ({
  phase: "Pending",
  conditions: notReady,
  initContainerStatuses: [status("clone", state, more)],
  containerStatuses: [status("opencode", { waiting: { reason: "PodInitializing" } })],
})
const ended = (exitCode: number, message: string, reason = "Error") => ({
  terminated: {
    exitCode,
    message,
    reason,
    startedAt: new Date().toISOString(),
    finishedAt: new Date().toISOString(),
  },
})
const looping = {
  waiting: { reason: "CrashLoopBackOff", message: "back-off 40s restarting failed container" },
}

const rows: readonly [string, object, FailureCode, RegExp][] = [
  [
    "an image that does not exist",
    server({
      waiting: { reason: "ErrImagePull", message: `failed to resolve reference "${image}": not found` },
    }),
    "image",
    /registry\.invalid\/sandbox:1 cannot be fetched.*not found/,
  ],
  [
    "a branch that does not exist",
    clone(looping, {
      restartCount: 1,
      lastState: ended(128, "fatal: Remote branch nope not found in upstream origin"),
    }),
    "clone",
    /Check the branch: fatal: Remote branch nope/,
  ],
  [
    "too little memory",
    server(looping, { restartCount: 3, lastState: ended(137, "", "OOMKilled") }),
    "out-of-memory",
    /more memory than its template allows/,
  ],
  [
    "a server that ends again and again",
    server(looping, { restartCount: 4, lastState: ended(1, "listening\nError: database is malformed") }),
    "crash",
    /said last: Error: database is malformed/,
  ],
  [
    "a Secret that is missing",
    server({ waiting: { reason: "CreateContainerConfigError", message: 'secret "llm" not found' } }),
    "driver",
    /secret "llm" not found/,
  ],
]

describe("a failure that a kubelet reports", () => {
  for (const [what, patch, code, says] of rows)
    test(`${what} is told, and a wake starts anew`, async () => {
      // Another pod each time: what one went through is no matter of the next.
      await api.merge(`${coreIn(namespace, "pods")}/${record.id}-0/status`, { status: patch })
      const seen = await seenWhen(driver, record.id, (now) => now?.failure?.code === code)
      expect(seen?.failure?.sentence).toMatch(says)
      expect(seen?.up).toBe(false)
      expect(driver.endpoint(record.id)).toBeUndefined()
      await driver.wake(record.id, template)
      const again = await seenWhen(driver, record.id, isUp)
      expect(again?.failure).toBeUndefined()
    })

  test("a machine that is lost holds the pod until a person says that it may go", async () => {
    const pod = `${coreIn(namespace, "pods")}/${record.id}-0`
    // As a kubelet that cannot be reached leaves it: deleted, and never ended.
    await api.merge(pod, { metadata: { finalizers: ["sandbar.test/kept"] } })
    const { metadata } = await api.get<{ metadata: { uid: string } }>(pod)
    await api.request("DELETE", pod, JSON.stringify({ gracePeriodSeconds: 1 }), "application/json")
    const later = openDriver(cluster, [template], { now: () => Date.now() + 120_000 })
    await later.ready
    try {
      const seen = await seenWhen(later, record.id, (now) => now?.failure?.code === "node-lost")
      expect(seen?.failure).toMatchObject({ terminal: true, remedies: ["wait", "force", "operator"] })
      await later.wake(record.id, template)
      expect((await api.get<{ metadata: { uid: string } }>(pod)).metadata.uid).toBe(metadata.uid)
      await later.wake(record.id, template, { force: true })
      await api.merge(pod, { metadata: { finalizers: null } })
      await seenWhen(later, record.id, isUp, 60_000)
    } finally {
      await later.close()
    }
  })
})
