// Others work on the same objects: another replica, an operator with kubectl, somebody with bad intentions.
import { beforeAll, describe, expect, test } from "vitest"
import type { Driver } from "../../proxy/sandboxes/driver.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  coreIn,
  driversForOneTest,
  giveNodeDisk,
  goneFrom,
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

async function world(replicas = 1) {
  const namespace = await cluster.makeNamespace()
  const template = templateIn(namespace)
  const drivers = await Promise.all(Array.from({ length: replicas }, () => open(cluster, [template])))
  const [driver, other] = drivers as [Driver, Driver]
  return { namespace, template, driver, other }
}

type Object = {
  metadata: { uid: string; labels: Record<string, string>; annotations: Record<string, string> }
}

async function uidOf(path: string): Promise<string> {
  return (await api.get<Object>(path)).metadata.uid
}

describe("two replicas", () => {
  test("that make the same sandbox at once make one, and know the same password", async () => {
    const { namespace, template, driver, other } = await world(2)
    const record = newRecord()
    await Promise.all([driver.ensure(record, template), other.ensure(record, template)])
    await Promise.all([driver, other].map((one) => seenWhen(one, record.id, isUp)))
    expect(driver.endpoint(record.id)).toEqual(other.endpoint(record.id))
    expect(await other.list(record.owner)).toEqual([record])
    const pods = await api.get<{ items: unknown[] }>(coreIn(namespace, "pods"))
    expect(pods.items).toHaveLength(1)
  })

  test("of which one stops what it saw idle and the other wakes it: the wake wins, whoever is first", async () => {
    const { template, driver, other } = await world(2)
    const record = newRecord()
    await driver.ensure(record, template)
    await Promise.all([driver, other].map((one) => seenWhen(one, record.id, isUp)))
    for (let round = 0; round < 5; round++) {
      const { version = "" } = driver.seen.get(record.id) ?? {}
      await Promise.all([driver.stop(record.id, { ifVersion: version }), other.wake(record.id, template)])
      const seen = await seenWhen(driver, record.id, isUp)
      expect(seen?.wanted).toBe("running")
    }
  })

  test("see what the other has done: a name, an end", async () => {
    const { template, driver, other } = await world(2)
    const record = newRecord()
    await driver.ensure(record, template)
    await driver.change(record.id, { name: "Other" })
    await seenWhen(other, record.id, (now) => now?.record.name === "Other")
    await driver.delete(record.id, { data: "delete" })
    await seenWhen(other, record.id, (now) => now === undefined)
  })

  test("have one leader, and the other follows when it goes", async () => {
    const { driver, other } = await world(2)
    const leading: string[] = []
    const lead = (name: string) => async (signal: AbortSignal) => {
      leading.push(name)
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }))
      leading.splice(leading.indexOf(name), 1)
    }
    driver.lead(lead("first"))
    while (leading.length === 0) await Bun.sleep(20)
    other.lead(lead("second"))
    await Bun.sleep(1_500)
    expect(leading).toEqual(["first"])
    await driver.close()
    const deadline = Date.now() + 30_000
    while (leading.length === 0 && Date.now() < deadline) await Bun.sleep(50)
    expect(leading).toEqual(["second"])
  })
})

describe("fifty people at once", () => {
  test("get fifty sandboxes, each with a password of its own", async () => {
    const { namespace, template, driver } = await world()
    const records = Array.from({ length: 50 }, () => newRecord())
    await Promise.all(records.map((record) => driver.ensure(record, template)))
    await Promise.all(records.map(({ id }) => seenWhen(driver, id, isUp, 100_000)))
    const endpoints = records.map(({ id }) => driver.endpoint(id))
    expect(new Set(endpoints.map((endpoint) => endpoint?.authorization)).size).toBe(50)
    // Else the tests that follow would wait for controllers that are busy with this.
    await api.remove(`/api/v1/namespaces/${namespace}`)
    await goneFrom(api, "/api/v1/namespaces", namespace, 100_000)
  }, 240_000)
})

describe("an operator with kubectl", () => {
  test("who deletes the StatefulSet is noticed; a new start goes on with the same volume", async () => {
    const { namespace, template } = await world()
    // A volume alone is a start that is being made, for the first half minute: so its clock is ahead.
    const driver = await open(cluster, [template], { now: () => Date.now() + 60_000 })
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    const claim = coreIn(namespace, `persistentvolumeclaims/${record.id}-data`)
    const uid = await uidOf(claim)
    await api.remove(`${setsIn(namespace)}/${record.id}`)
    const seen = await seenWhen(driver, record.id, (now) => now?.failure !== undefined)
    expect(seen).toMatchObject({ record, wanted: "running", failure: { code: "gone", terminal: true } })
    expect(driver.endpoint(record.id)).toBeUndefined()
    await driver.wake(record.id, template)
    await seenWhen(driver, record.id, isUp)
    expect(await uidOf(claim)).toBe(uid)
  })

  test("who deletes the pod gets another one", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    await api.remove(coreIn(namespace, `pods/${record.id}-0`))
    await seenWhen(driver, record.id, (now) => now?.up === false)
    await seenWhen(driver, record.id, isUp)
  })

  test("who scales to nothing has stopped it", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    await api.merge(`${setsIn(namespace)}/${record.id}`, { spec: { replicas: 0 } })
    await seenWhen(driver, record.id, isStopped)
  })

  test("who changes an object keeps what is theirs, and the next wake takes back what is ours", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    const path = `${setsIn(namespace)}/${record.id}`
    const containers = [{ name: "opencode", image: "registry.invalid/theirs:1" }]
    const theirs = {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: record.id, labels: { team: "a" } },
      spec: { template: { spec: { containers } } },
    }
    const apply = `${path}?fieldManager=kubectl&force=true`
    await api.request("PATCH", apply, JSON.stringify(theirs), "application/apply-patch+yaml")
    await driver.stop(record.id)
    await seenWhen(driver, record.id, isStopped)
    await driver.wake(record.id, template)
    await seenWhen(driver, record.id, isUp)
    type Set = Object & { spec: { template: { spec: { containers: { image: string }[] } } } }
    const set = await api.get<Set>(path)
    expect(set.metadata.labels.team).toBe("a")
    expect(set.spec.template.spec.containers.map(({ image }) => image)).toEqual([
      "registry.invalid/sandbox:1",
    ])
  })
})

describe("kept data", () => {
  test("is adopted after a restart: the same volume, under the new record", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    const claim = coreIn(namespace, `persistentvolumeclaims/${record.id}-data`)
    const uid = await uidOf(claim)
    await driver.delete(record.id, { data: "keep" })
    await driver.close()
    const later = await open(cluster, [template])
    const kept = await seenWhen(later, record.id, (now) => now?.wanted === "data" && !now.leaving)
    expect(kept?.dataBytes).toBe(2 ** 30)
    await later.ensure({ ...record, name: "Two" }, template)
    const seen = await seenWhen(later, record.id, isUp)
    expect(seen?.record.name).toBe("Two")
    expect(await uidOf(claim)).toBe(uid)
    expect((await api.get<Object>(claim)).metadata.annotations["sandbar/kept-since"]).toBeUndefined()
  })

  test("of somebody else is not adopted", async () => {
    const { template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await driver.delete(record.id, { data: "keep" })
    const thief = { ...record, owner: "fedcba9876543210", ownerName: "mallory@example.com" }
    await expect(driver.ensure(thief, template)).rejects.toMatchObject({ code: "sandbox.taken" })
    expect(driver.seen.get(record.id)?.record).toEqual(record)
  })
})

describe("somebody with a namespace of their own", () => {
  // Mallory copies Ada's sandbox into a namespace that is watched too, so that Ada's prompts would go to Mallory's pod.
  test("cannot pass an object off as another person's sandbox", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    const mallory = await cluster.makeNamespace()
    const both = await open(cluster, [template, templateIn(mallory)])
    const set = await api.get<Object & { spec: object }>(`${setsIn(namespace)}/${record.id}`)
    const { labels, annotations } = set.metadata
    const planted = newRecord().id
    for (const name of [record.id, planted])
      await api.create(setsIn(mallory), {
        metadata: { name, labels: { ...labels, "sandbar/id": name }, annotations },
        spec: set.spec,
      })
    await Bun.sleep(1_000)
    expect(both.endpoint(record.id)?.origin).toContain(`.${namespace}.svc.`)
    expect(both.seen.has(planted)).toBe(false)
    expect(await both.list(record.owner)).toEqual([record])
  })
})
