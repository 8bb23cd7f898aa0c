// What pods use comes through the real API server: with the Role that Sandbar ships, without its optional right, and in
// a cluster that has no metrics API. The tests follow each other: the metrics API goes away step by step.
import { afterAll, beforeAll, expect, test } from "vitest"
import { makeLog } from "../../proxy/log.ts"
import { neededRights, type Right, shippedRights } from "../../proxy/sandboxes/kubernetes/rights-table.ts"
import { type MetricsServer, startMetricsServer } from "./harness/metrics-server.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  driversForOneTest,
  giveNodeDisk,
  isUp,
  newRecord,
  rejectionOf,
  restricted,
  seenWhen,
  shippedAccount,
  templateIn,
} from "./kubernetes-world.ts"

const cluster = sharedCluster()
const open = driversForOneTest()
let metrics: MetricsServer

beforeAll(async () => {
  await giveNodeDisk(cluster)
  metrics = await startMetricsServer(cluster)
})
afterAll(async () => {
  await metrics.unregister()
  await metrics.endServer()
})

/** A driver with a sandbox that is up; `answers` are those of the metrics API, `said` is what stands in the log. */
async function world(rights: readonly Right[]) {
  const namespace = await cluster.makeNamespace(restricted)
  const template = templateIn(namespace)
  const kubeconfig = await shippedAccount(cluster, namespace, rights)
  const answers: number[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    const response = await globalThis.fetch(url, init)
    if (new URL(url).pathname.startsWith("/apis/metrics.k8s.io/")) answers.push(response.status)
    return response
  }) as unknown as typeof globalThis.fetch
  const said: { level: string; msg: string }[] = []
  const log = makeLog({ format: "json", level: "info", write: (line) => said.push(JSON.parse(line)) })
  const driver = await open({ kubeconfig }, [template], { fetch, log })
  const record = newRecord()
  const { id } = record
  await driver.ensure(record, template)
  await seenWhen(driver, id, isUp)
  return { namespace, template, driver, id, answers, said }
}

async function untilAnswered(answers: readonly number[]): Promise<number> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const [first] = answers
    if (first !== undefined) return first
    if (Date.now() > deadline) throw new Error("the metrics API was not asked")
    await Bun.sleep(50)
  }
}

test("the Role that Sandbar ships lets it see what a pod uses, and its limit", async () => {
  const { namespace, driver, id, answers } = await world(shippedRights)
  const now = await seenWhen(driver, id, (seen) => seen?.usage !== undefined)
  expect(now?.usage).toEqual({ cpu: 0.412, memoryBytes: 123_456 * 1_024, memoryLimitBytes: 256 * 2 ** 20 })
  expect(answers).toEqual([200])
  expect(metrics.asked).toEqual([
    {
      user: `system:serviceaccount:${namespace}:sandbar`,
      path: `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dsandbar`,
    },
  ])
  await driver.stop(id)
  await seenWhen(driver, id, (seen) => seen?.wanted === "stopped" && seen.usage === undefined)
})

test("without the right nothing is shown, and nothing else is missing", async () => {
  const asked = metrics.asked.length
  const { namespace, driver, id, template, answers, said } = await world(neededRights)
  expect(await untilAnswered(answers)).toBe(403)
  expect(metrics.asked).toHaveLength(asked)
  expect(driver.seen.get(id)).toMatchObject({ up: true })
  expect(driver.seen.get(id)?.usage).toBeUndefined()
  expect(driver.unavailable()).toBeUndefined()
  const another = newRecord()
  await driver.ensure(another, template)
  await seenWhen(driver, another.id, isUp)
  const table = [
    `${"NAMESPACE".padEnd(namespace.length)}  RESOURCE             MISSING VERBS`,
    `${namespace}  pods.metrics.k8s.io  list (optional: without it CPU and memory are not shown)`,
  ].join("\n")
  expect(said).toMatchObject([
    { level: "info", msg: `Sandbar lacks rights that it can do without:\n${table}` },
  ])
})

test("a metrics API behind which nobody answers is no trouble", async () => {
  await metrics.endServer()
  const { driver, id, answers, said } = await world(shippedRights)
  expect(await untilAnswered(answers)).toBe(503)
  expect(driver.seen.get(id)?.usage).toBeUndefined()
  expect(driver.unavailable()).toBeUndefined()
  expect(said).toEqual([])
})

test("a cluster without a metrics API is no trouble", async () => {
  await metrics.unregister()
  const path = "/apis/metrics.k8s.io/v1beta1"
  await expect
    .poll(() => rejectionOf(cluster.api.get(path)), { timeout: 20_000 })
    .toMatchObject({ code: 404 })
  const { driver, id, answers, said } = await world(shippedRights)
  expect(await untilAnswered(answers)).toBe(404)
  expect(driver.seen.get(id)?.usage).toBeUndefined()
  expect(driver.unavailable()).toBeUndefined()
  expect(said).toEqual([])
})
