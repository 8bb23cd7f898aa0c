// What a cluster refuses, as it really says it: in the answer to the person who asked, and later behind our back.
import { beforeAll, describe, expect, test } from "vitest"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  coreIn,
  driversForOneTest,
  giveNodeDisk,
  isStopped,
  isUp,
  newRecord,
  rejectionOf,
  restricted,
  seenWhen,
  setsIn,
  templateIn,
} from "./kubernetes-world.ts"

const cluster = sharedCluster()
const { api } = cluster
const open = driversForOneTest()

beforeAll(() => giveNodeDisk(cluster))

async function world(labels: Record<string, string> = {}, part: Parameters<typeof templateIn>[1] = {}) {
  const namespace = await cluster.makeNamespace(labels)
  const template = templateIn(namespace, part)
  const driver = await open(cluster, [template])
  return { namespace, template, driver }
}

async function limit(namespace: string, hard: Record<string, string>): Promise<void> {
  const path = coreIn(namespace, "resourcequotas")
  await api.create(path, { metadata: { name: "compute" }, spec: { hard } })
  await api.until(`${path}/compute`, ({ status }) => status?.hard !== undefined)
}

async function leftIn(namespace: string, id: string): Promise<string[]> {
  const kinds = [
    setsIn(namespace),
    ...["persistentvolumeclaims", "services", "secrets"].map((kind) => coreIn(namespace, kind)),
  ]
  const lists = await Promise.all(
    kinds.map((path) => api.get<{ items: { metadata: { name: string } }[] }>(path)),
  )
  return lists
    .flatMap(({ items }) => items.map(({ metadata }) => metadata.name))
    .filter((name) => name.startsWith(id))
}

describe("a refusal in the answer", () => {
  test("names the quota and how much of it is used, and leaves nothing behind", async () => {
    const { namespace, template, driver } = await world()
    await limit(namespace, { "limits.memory": "300Mi" })
    const first = newRecord()
    await driver.ensure(first, template)
    await seenWhen(driver, first.id, isUp)
    const second = newRecord()
    const found = await rejectionOf(driver.ensure(second, template))
    expect(found).toMatchObject({ code: "sandbox.refused" })
    expect((found as { detail: string }).detail).toMatch(
      /"compute" of the namespace test-\w+ .*limits\.memory 256Mi of 300Mi used, 256Mi asked for/,
    )
    expect(await leftIn(namespace, second.id)).toEqual([])
    expect(driver.seen.has(second.id)).toBe(false)
  })

  test("names the quota of volumes before anything is made", async () => {
    const { namespace, template, driver } = await world()
    await limit(namespace, { "requests.storage": "512Mi" })
    const record = newRecord()
    const found = await rejectionOf(driver.ensure(record, template))
    expect((found as { detail: string }).detail).toMatch(/requests\.storage 0 of 512Mi used, 1Gi asked for/)
    expect(await leftIn(namespace, record.id)).toEqual([])
  })

  test("of Pod Security says what it asks for", async () => {
    const { template, driver } = await world(restricted, {
      podOverrides: { spec: { hostNetwork: true } },
      allowWeaker: ["host-namespaces"],
    })
    const found = await rejectionOf(driver.ensure(newRecord(), template))
    expect(found).toMatchObject({ code: "sandbox.refused" })
    expect((found as { detail: string }).detail).toMatch(
      /only pods that are "restricted:latest".*hostNetwork=true/,
    )
  })

  test("says that the namespace or the service account does not exist", async () => {
    const { template, driver } = await world({}, { serviceAccount: "nobody" })
    const account = await rejectionOf(driver.ensure(newRecord(), template))
    expect((account as { detail: string }).detail).toMatch(/service account "nobody".*does not exist/)
    const elsewhere = templateIn("no-such-namespace")
    const place = await rejectionOf(driver.ensure(newRecord(), elsewhere))
    expect((place as { detail: string }).detail).toMatch(/namespace no-such-namespace does not exist/)
  })

  test("of a wake leaves the sandbox asleep, as it was", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await driver.stop(record.id)
    await seenWhen(driver, record.id, isStopped)
    await limit(namespace, { pods: "0" })
    expect(await rejectionOf(driver.wake(record.id, template))).toMatchObject({ code: "sandbox.refused" })
    expect(driver.seen.get(record.id)).toMatchObject({ wanted: "stopped", leaving: false })
  })
})

describe("a refusal behind our back", () => {
  test("by a quota is seen as an event, and told as a failure that a person can act on", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    await limit(namespace, { pods: "0" })
    await api.remove(coreIn(namespace, `pods/${record.id}-0`))
    const seen = await seenWhen(driver, record.id, (now) => now?.failure !== undefined)
    expect(seen?.failure).toMatchObject({ code: "quota", step: "queued", terminal: true })
    expect(seen?.failure?.sentence).toMatch(/pods \d of 0 used, 1 asked for/)
    await api.remove(coreIn(namespace, "resourcequotas/compute"))
    await driver.wake(record.id, template)
    await seenWhen(driver, record.id, isUp, 60_000)
  })

  test("for want of room on any machine is told, and passes when there is room", async () => {
    const { template, driver } = await world({}, { nodeSelector: { pool: `pool-${Date.now()}` } })
    const record = newRecord()
    await driver.ensure(record, template)
    const seen = await seenWhen(driver, record.id, (now) => now?.failure !== undefined)
    expect(seen?.failure).toMatchObject({ code: "capacity", step: "scheduled", terminal: false })
    expect(seen?.failure?.sentence).toMatch(/didn't match Pod's node affinity\/selector/)
    const anywhere = {
      ...template,
      kubernetes: { ...templateIn("").kubernetes, ...template.kubernetes, nodeSelector: {} },
    }
    await driver.wake(record.id, anywhere as typeof template)
    await seenWhen(driver, record.id, isUp)
  })
})
