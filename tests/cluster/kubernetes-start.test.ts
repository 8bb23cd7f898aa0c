// In which order the objects of a sandbox come into being, and whose their fields are: looked at from within the requests.
import { beforeAll, describe, expect, test } from "vitest"
import type { KubeList, KubeObject } from "./harness/api.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  coreIn,
  driversForOneTest,
  giveNodeDisk,
  isStopped,
  isUp,
  newRecord,
  seenWhen,
  setsIn,
  templateIn,
} from "./kubernetes-world.ts"

const cluster = sharedCluster()
const { api } = cluster
const open = driversForOneTest()

beforeAll(() => giveNodeDisk(cluster))

const planted = btoa("known to mallory")

/** `pods` counts them each time when the Secret is to be written, after a moment in which the controllers could make one. */
async function world() {
  const namespace = await cluster.makeNamespace()
  const template = templateIn(namespace)
  const pods: number[] = []
  const counting = (async (url: string, init: RequestInit) => {
    if (/\/secrets(\/|\?|$)/.test(url) && init.method !== "GET") {
      await Bun.sleep(1_000)
      pods.push((await api.get<KubeList>(coreIn(namespace, "pods"))).items.length)
    }
    return await globalThis.fetch(url, init)
  }) as unknown as typeof globalThis.fetch
  const driver = await open(cluster, [template], { fetch: counting })
  const plant = (name: string) =>
    api.create(coreIn(namespace, "secrets"), { metadata: { name }, data: { password: planted } })
  return { namespace, template, driver, pods, plant }
}

// Mallory may write to the namespace, and knows the id of the sandbox before Ada has it: the password would be Mallory's.
describe("a Secret that somebody has put there in advance", () => {
  test("is replaced before any pod could read it", async () => {
    const { namespace, template, driver, pods, plant } = await world()
    const record = newRecord()
    await plant(record.id)
    await driver.ensure(record, template)
    expect(driver.seen.get(record.id)?.wanted).toBe("running")
    await seenWhen(driver, record.id, isUp)
    // Refused as a new one, then put in the place of the other.
    expect(pods).toEqual([0, 0])
    const { data } = await api.get<{ data: object }>(coreIn(namespace, `secrets/${record.id}`))
    expect(Object.values(data)).not.toContain(planted)
  })

  test("while it sleeps is replaced before it wakes", async () => {
    const { namespace, template, driver, pods, plant } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await driver.stop(record.id)
    await seenWhen(driver, record.id, isStopped)
    await api.remove(coreIn(namespace, `secrets/${record.id}`))
    await plant(record.id)
    await driver.wake(record.id, template)
    await seenWhen(driver, record.id, isUp)
    expect(pods).toEqual([0, 0, 0])
  })
})

test("a start is never seen as asleep, although its StatefulSet comes into being without a pod", async () => {
  const { template, driver } = await world()
  const record = newRecord()
  const seen = new Set<string | undefined>()
  driver.watch((id) => seen.add(driver.seen.get(id)?.wanted))
  await driver.ensure(record, template)
  await seenWhen(driver, record.id, isUp)
  expect([...seen]).toEqual(["running"])
})

test("what a template loses is lost with the next wake, also what was there from the beginning", async () => {
  const { namespace, template, driver } = await world()
  const record = newRecord()
  const linux = templateIn(namespace, { nodeSelector: { "kubernetes.io/os": "linux" } })
  const path = `${setsIn(namespace)}/${record.id}`
  type Set = KubeObject & { spec: { replicas: number; template: { spec: { nodeSelector?: object } } } }
  await driver.ensure(record, linux)
  expect((await api.get<Set>(path)).spec.template.spec.nodeSelector).toEqual({ "kubernetes.io/os": "linux" })
  await driver.stop(record.id)
  await seenWhen(driver, record.id, isStopped)
  await driver.wake(record.id, template)
  const { spec } = await api.get<Set>(path)
  expect(spec.template.spec).not.toHaveProperty("nodeSelector")
  expect(spec.replicas).toBe(1)
})
