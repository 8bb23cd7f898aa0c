// The API server goes away, comes back having forgotten, or no longer knows us, while sandboxes are being made.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type OwnCluster, openCluster } from "./harness/cluster.ts"
import {
  coreIn,
  driversForOneTest,
  giveNodeDisk,
  isUp,
  newRecord,
  rejectionOf,
  seenWhen,
  setsIn,
  shippedAccount,
  templateIn,
} from "./kubernetes-world.ts"

let cluster: OwnCluster
const open = driversForOneTest()

beforeAll(async () => {
  cluster = await openCluster()
  await giveNodeDisk(cluster)
})
afterAll(() => cluster.stop())

async function world(options: Parameters<typeof open>[2] = {}) {
  const namespace = await cluster.makeNamespace()
  const template = templateIn(namespace)
  const driver = await open(cluster, [template], options)
  return { namespace, template, driver }
}

async function until(holds: () => boolean, ms = 40_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("not in time")
    await Bun.sleep(50)
  }
}

const isThere = (text: string | undefined) => text !== undefined

describe("an API server that stops", () => {
  test("is told in words, and what changed meanwhile is seen when it is back", async () => {
    const { namespace, template, driver } = await world()
    const [one, two] = [newRecord(), newRecord()]
    for (const record of [one, two]) await driver.ensure(record, template)
    for (const record of [one, two]) await seenWhen(driver, record.id, isUp)
    await cluster.restart("kube-apiserver", "stop")
    expect(await rejectionOf(driver.stop(one.id))).toMatchObject({ code: "sandbox.unavailable" })
    await until(() => isThere(driver.unavailable()))
    expect(driver.unavailable()).toMatch(/API server does not answer/)
    // What is known stays known: people go on working in what runs.
    expect(driver.endpoint(one.id)).toBeDefined()
    await cluster.restart("kube-apiserver", "start")
    await cluster.api.merge(`${setsIn(namespace)}/${one.id}`, { spec: { replicas: 0 } })
    await cluster.api.remove(`${setsIn(namespace)}/${two.id}`)
    await cluster.api.remove(coreIn(namespace, `persistentvolumeclaims/${two.id}-data`))
    await seenWhen(driver, one.id, (now) => now?.wanted === "stopped" && !now.leaving, 60_000)
    await seenWhen(driver, two.id, (now) => now === undefined, 60_000)
    await until(() => driver.unavailable() === undefined)
  })

  test("in the middle of a start leaves something that the same request completes", async () => {
    for (const requests of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      let left = Number.POSITIVE_INFINITY
      // Cut off as by a lost connection: after so many requests that change something, nothing gets through.
      const cutting = (async (url: string, init: RequestInit) => {
        const changes = (init.method ?? "GET") !== "GET"
        if (changes && left-- <= 0) throw Object.assign(new Error("cut"), { code: "ECONNRESET" })
        return await globalThis.fetch(url, init)
      }) as unknown as typeof globalThis.fetch
      const { namespace, template, driver } = await world({ fetch: cutting })
      const record = newRecord()
      left = requests
      const found = await rejectionOf(driver.ensure(record, template))
      expect([requests, found]).toEqual([requests, expect.objectContaining({ code: "sandbox.unavailable" })])
      await driver.close()
      const later = await open(cluster, [template])
      await later.ensure(record, template)
      await seenWhen(later, record.id, isUp)
      await later.delete(record.id, { data: "delete" })
      await seenWhen(later, record.id, (now) => now === undefined)
      for (const kind of ["persistentvolumeclaims", "services", "secrets", "pods"])
        await cluster.api.until<{ items?: unknown[] }>(
          coreIn(namespace, kind),
          ({ items }) => items?.length === 0,
        )
    }
  })
})

describe("a watch", () => {
  test("whose past is compacted away lists anew and misses nothing", async () => {
    const { namespace, template, driver } = await world()
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    await cluster.restart("kube-apiserver", "stop")
    const status = await fetch(`${cluster.etcd}/v3/kv/range`, {
      method: "POST",
      body: JSON.stringify({ key: btoa("x") }),
    })
    const { header } = (await status.json()) as { header: { revision: string } }
    await fetch(`${cluster.etcd}/v3/kv/compaction`, {
      method: "POST",
      body: JSON.stringify({ revision: header.revision, physical: true }),
    })
    await cluster.restart("kube-apiserver", "start")
    await cluster.api.merge(`${setsIn(namespace)}/${record.id}`, { spec: { replicas: 0 } })
    await seenWhen(driver, record.id, (now) => now?.wanted === "stopped" && !now.leaving, 60_000)
    await until(() => driver.unavailable() === undefined)
  })
})

describe("credentials that no longer count", () => {
  test("are read again: a token that was replaced in the file is used without a restart", async () => {
    const namespace = await cluster.makeNamespace()
    const template = templateIn(namespace)
    const file = await shippedAccount(cluster, namespace)
    const kubeconfig = join(cluster.directory, `${namespace}-rotated.kubeconfig`)
    writeFileSync(kubeconfig, readFileSync(file))
    const driver = await open({ kubeconfig }, [template])
    const record = newRecord()
    await driver.ensure(record, template)
    await seenWhen(driver, record.id, isUp)
    // A token dies with its account; another account of the same name has other ones.
    await cluster.api.remove(coreIn(namespace, "serviceaccounts/sandbar"))
    let refused: unknown
    const deadline = Date.now() + 30_000
    while (Date.now() < deadline) {
      refused = await rejectionOf(driver.list(record.owner))
      if (refused instanceof Error) break
      await Bun.sleep(200)
    }
    expect(refused).toMatchObject({
      code: "sandbox.unavailable",
      detail: expect.stringMatching(/credentials/),
    })
    const renewed = await cluster.serviceAccountKubeconfig(namespace, "sandbar")
    writeFileSync(kubeconfig, readFileSync(renewed))
    expect(await driver.list(record.owner)).toEqual([record])
    await driver.stop(record.id)
    await seenWhen(driver, record.id, (now) => now?.wanted === "stopped" && !now.leaving, 120_000)
  })
})
