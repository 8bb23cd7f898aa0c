// The Role that Sandbar ships is enough, and nothing in it is idle: whatever is taken away is missed.
import { beforeAll, describe, expect, test } from "vitest"
import { neededRights, type Right } from "../../proxy/sandboxes/kubernetes/rights-table.ts"
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
  shippedAccount,
  templateIn,
} from "./kubernetes-world.ts"

const cluster = sharedCluster()
const { api } = cluster
const open = driversForOneTest()

beforeAll(() => giveNodeDisk(cluster))

async function world(rights: readonly Right[], fetch = globalThis.fetch) {
  const namespace = await cluster.makeNamespace()
  const template = templateIn(namespace)
  const kubeconfig = await shippedAccount(cluster, namespace, rights)
  const driver = await open({ kubeconfig }, [template], { fetch })
  return { namespace, template, driver }
}

/** All that is ever done with a sandbox, and a few things that others do to it meanwhile. */
async function liveThroughAll({
  namespace,
  template,
  driver,
}: Awaited<ReturnType<typeof world>>): Promise<void> {
  const record = newRecord()
  await driver.ensure(record, template)
  await seenWhen(driver, record.id, isUp)
  for await (const _ of driver.logs(record.id, {
    tail: 1,
    follow: false,
    signal: AbortSignal.timeout(5_000),
  }))
    break
  await driver.change(record.id, { name: "Two", keepAwakeUntil: Date.now() + 60_000 })
  await driver.noteIntent(record.id, Date.now())
  await driver.stop(record.id)
  await seenWhen(driver, record.id, isStopped)
  await driver.delete(record.id, { data: "keep" })
  await seenWhen(driver, record.id, (now) => now?.wanted === "data" && !now.leaving)
  // The Secret of a StatefulSet that is gone may still be there: the cluster collects it when it has the time.
  await goneFrom(api, coreIn(namespace, "secrets"), record.id)
  await api.create(coreIn(namespace, "secrets"), {
    metadata: { name: record.id },
    data: { password: "eA==" },
  })
  await driver.ensure(record, template)
  await seenWhen(driver, record.id, isUp)
  const quota = coreIn(namespace, "resourcequotas")
  await api.create(quota, { metadata: { name: "none" }, spec: { hard: { pods: "0" } } })
  await api.until(`${quota}/none`, ({ status }) => status?.hard !== undefined)
  await api.remove(coreIn(namespace, `pods/${record.id}-0`))
  await seenWhen(driver, record.id, (now) => now?.failure?.code === "quota")
  await api.remove(`${quota}/none`)
  const nowhere = templateIn(namespace, { nodeSelector: { pool: "nowhere" } })
  await driver.stop(record.id)
  await seenWhen(driver, record.id, isStopped)
  await driver.wake(record.id, nowhere)
  await seenWhen(driver, record.id, (now) => now?.failure?.code === "capacity")
  await driver.wake(record.id, template)
  await seenWhen(driver, record.id, isUp)
  expect(await driver.list(record.owner)).toHaveLength(1)
  const leading = Promise.withResolvers<void>()
  driver.lead(async () => leading.resolve())
  await leading.promise
  await driver.delete(record.id, { data: "delete" })
  await seenWhen(driver, record.id, (now) => now === undefined)
  await goneFrom(api, setsIn(namespace), record.id)
}

function without(resource: string, verb: string): Right[] {
  return neededRights
    .map((right) => ({
      ...right,
      verbs: right.verbs.filter((each) => right.resource !== resource || each !== verb),
    }))
    .filter(({ verbs }) => verbs.length > 0)
}

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
}

/** `patch statefulsets`, as RBAC sees a request. */
function rightOf(url: URL, method: string): string | undefined {
  // What is only of use (kubernetes-usage.test.ts) must not pass for what is needed.
  if (url.pathname.startsWith("/apis/metrics.k8s.io/")) return undefined
  const found = /\/namespaces\/[^/]+\/(\w+)(\/[^/]+)?(\/log)?$/.exec(url.pathname)
  if (!found) return undefined
  const [, kind, name, log = ""] = found
  const reading = url.searchParams.get("watch") === "true" ? "watch" : name ? "get" : "list"
  return `${verbs[method] ?? reading} ${kind}${log}`
}

describe("the Role that Sandbar ships", () => {
  test("is enough for all that is ever done, and each of its verbs is used", async () => {
    const used = new Set<string>()
    const recording = (async (url: string, init: RequestInit) => {
      const right = rightOf(new URL(url), init.method ?? "GET")
      if (right) used.add(right)
      // To apply what does not exist yet is to create it; the test below sees that.
      const isApplied = JSON.stringify(init.headers).includes("apply-patch")
      if (right && isApplied) used.add(right.replace("patch", "create"))
      return await globalThis.fetch(url, init)
    }) as unknown as typeof globalThis.fetch
    const lived = await world(neededRights, recording)
    expect(lived.driver.unavailable()).toBeUndefined()
    await liveThroughAll(lived)
    const granted = neededRights.flatMap(({ resource, verbs }) => verbs.map((verb) => `${verb} ${resource}`))
    expect([...used].sort()).toEqual(granted.sort())
  })

  for (const resource of ["statefulsets", "services"])
    test(`has to hold create on ${resource}, although they are applied`, async () => {
      const { driver, template } = await world(without(resource, "create"))
      await expect(driver.ensure(newRecord(), template)).rejects.toMatchObject({
        code: "sandbox.refused",
        detail: expect.stringContaining(`Sandbar may not create ${resource}`),
      })
    })

  for (const { apiGroup, resource, verbs } of neededRights)
    for (const verb of verbs)
      test(`without ${verb} on ${resource} is found wanting at the start, and says so`, async () => {
        const { driver, namespace } = await world(without(resource, verb))
        const name = apiGroup === "" ? resource : `${resource}.${apiGroup}`
        expect(driver.unavailable()).toContain(
          `lacks rights in the namespace ${namespace}: ${verb} on ${name}`,
        )
      })
})
