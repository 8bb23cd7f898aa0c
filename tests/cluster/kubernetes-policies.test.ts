// Checks of the cluster's own, volumes that cannot be had, and machines that are still to come: as the cluster says it.
import { beforeAll, describe, expect, test } from "vitest"
import type { Driver } from "../../proxy/sandboxes/driver.ts"
import { type Admission, askNobody, refusePods } from "./harness/admission.ts"
import type { KubeObject } from "./harness/api.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  coreIn,
  driversForOneTest,
  giveNodeDisk,
  isUp,
  newRecord,
  rejectionOf,
  seenWhen,
  templateIn,
} from "./kubernetes-world.ts"

const cluster = sharedCluster()
const { api } = cluster
const open = driversForOneTest()

beforeAll(() => giveNodeDisk(cluster))

async function world(part: Parameters<typeof templateIn>[1] = {}) {
  const namespace = await cluster.makeNamespace()
  const template = templateIn(namespace, part)
  return { namespace, template, driver: await open(cluster, [template]) }
}

/** The API server learns of a check within a moment. */
async function untilRefused(ask: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const found = await rejectionOf(ask())
    if (found instanceof Error) return found
    await Bun.sleep(100)
  }
}

const trial = {
  metadata: { name: "trial" },
  spec: { containers: [{ name: "main", image: "registry.invalid/any:1" }] },
}
const untilAsked = (namespace: string) =>
  untilRefused(() => api.create(`${coreIn(namespace, "pods")}?dryRun=All`, trial))

const failed = (driver: Driver, id: string) => seenWhen(driver, id, (now) => now?.failure !== undefined)

async function during(admission: Promise<Admission>, act: (name: string) => Promise<void>): Promise<void> {
  const { name, stop } = await admission
  try {
    await act(name)
  } finally {
    await stop()
  }
}

describe("a check of the cluster's own that refuses", () => {
  test("is told with its reason in the answer", async () => {
    const { namespace, template, driver } = await world()
    await during(refusePods(api, namespace, "images have to be signed"), async (name) => {
      await untilAsked(namespace)
      const record = newRecord()
      expect(await rejectionOf(driver.ensure(record, template))).toMatchObject({
        code: "sandbox.refused",
        detail: `A policy of the cluster (${name}) refuses it: images have to be signed. Ask an operator.`,
      })
      expect(driver.seen.has(record.id)).toBe(false)
    })
  })

  test("is told as a failure where it refuses behind our back, and passes with it", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    await during(refusePods(api, namespace, "images have to be signed"), async () => {
      await untilAsked(namespace)
      await api.remove(coreIn(namespace, `pods/${record.id}-0`))
      const seen = await failed(driver, record.id)
      expect(seen?.failure).toMatchObject({ code: "policy", step: "queued", terminal: true })
      expect(seen?.failure?.sentence).toContain("images have to be signed")
    })
    await driver.wake(record.id, template)
    await seenWhen(driver, record.id, isUp, 60_000)
  })
})

describe("a check of the cluster's own that does not answer", () => {
  test("is named in the answer, and not taken for a busy API server", async () => {
    const { namespace, template, driver } = await world()
    await during(askNobody(api, namespace), async (name) => {
      await untilAsked(namespace)
      expect(await rejectionOf(driver.ensure(newRecord(), template))).toMatchObject({
        code: "sandbox.unavailable",
        detail: expect.stringContaining(`(${name}) does not answer.`),
      })
    })
  })

  test("is named behind our back", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    await during(askNobody(api, namespace), async (name) => {
      await untilAsked(namespace)
      await api.remove(coreIn(namespace, `pods/${record.id}-0`))
      const seen = await failed(driver, record.id)
      expect(seen?.failure).toMatchObject({ code: "driver", step: "queued" })
      expect(seen?.failure?.sentence).toContain(`(${name}) does not answer.`)
    })
  })
})

/** Somebody who acts in the cluster says this of the sandbox's pod or claim. */
async function say(namespace: string, about: string, reason: string, message: string): Promise<void> {
  const object = await api.get<KubeObject>(coreIn(namespace, about))
  const { name, uid } = object.metadata ?? {}
  const now = new Date().toISOString()
  await api.create(coreIn(namespace, "events"), {
    metadata: { generateName: `${name}.` },
    involvedObject: {
      kind: about.startsWith("pods/") ? "Pod" : "PersistentVolumeClaim",
      name,
      namespace,
      uid,
    },
    type: "Warning",
    reason,
    message,
    count: 2,
    firstTimestamp: now,
    lastTimestamp: now,
  })
}

describe("a volume", () => {
  test("of a class that does not exist is told in the words of Kubernetes", async () => {
    const { template, driver } = await world({ storageClass: "no-such-class" })
    const record = newRecord()
    await driver.ensure(record, template)
    const seen = await failed(driver, record.id)
    expect(seen?.failure).toMatchObject({ code: "volume", step: "volume", terminal: false })
    expect(seen?.failure?.sentence).toMatch(/\(storage class no-such-class\): .*"no-such-class" not found/)
  })

  test("that its provisioner cannot make is told in the provisioner's words", async () => {
    const { namespace, template, driver } = await world({ storageClass: "full" })
    await api
      .create("/apis/storage.k8s.io/v1/storageclasses", {
        metadata: { name: "full" },
        provisioner: "full.example.com",
      })
      .catch(() => undefined)
    const record = newRecord()
    await driver.ensure(record, template)
    const claim = `persistentvolumeclaims/${record.id}-data`
    await say(namespace, claim, "ProvisioningFailed", "rpc error: the pool has no space left")
    const seen = await failed(driver, record.id)
    expect(seen?.failure).toMatchObject({ code: "volume", step: "volume", terminal: false })
    expect(seen?.failure?.sentence).toContain("the pool has no space left")
  })

  test("that is still attached elsewhere says so", async () => {
    const pool = `silent-${crypto.randomUUID().slice(0, 8)}`
    await addSilentNode(pool)
    const { namespace, template, driver } = await world({
      nodeSelector: { pool },
      tolerations: [{ operator: "Exists" }],
    })
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, (now) => now?.step === "pulling")
    const words = 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) other-0'
    await say(namespace, `pods/${record.id}-0`, "FailedAttachVolume", words)
    const seen = await failed(driver, record.id)
    expect(seen?.failure).toMatchObject({ code: "volume", terminal: false })
    expect(seen?.failure?.sentence).toContain("attached to another machine (in use by other-0)")
    await api.remove(`/api/v1/nodes/${pool}`)
  })
})

/** Pods are placed there, and no kubelet ever takes them up. */
async function addSilentNode(name: string): Promise<void> {
  const room = { cpu: "8", memory: "16Gi", pods: "10", "ephemeral-storage": "1Ti" }
  await api.create("/api/v1/nodes", { metadata: { name, labels: { pool: name } } })
  await api.merge(`/api/v1/nodes/${name}/status`, { status: { capacity: room, allocatable: room } })
}

test("a machine that is being added is no failure, and is told", async () => {
  const { namespace, template, driver } = await world({ nodeSelector: { pool: "to-come" } })
  const record = newRecord()
  await driver.ensure(record, template)
  const full = await failed(driver, record.id)
  expect(full?.failure).toMatchObject({ code: "capacity", terminal: false })
  const words = "pod triggered scale-up: [{pool-1 1->2 (max: 5)}]"
  await say(namespace, `pods/${record.id}-0`, "TriggeredScaleUp", words)
  const seen = await seenWhen(driver, record.id, (now) => now?.failure === undefined)
  expect(seen?.detail).toBe("The cluster is adding a machine for it; that takes some minutes.")
})
