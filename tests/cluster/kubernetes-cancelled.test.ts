// A start that was cancelled, and the proxy that did it was killed right after it had written that down.
import { beforeAll, expect, test } from "vitest"
import { freshAnnotation } from "../../proxy/sandboxes/kubernetes/names.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  coreIn,
  driversForOneTest,
  giveNodeDisk,
  goneFrom,
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
const isGoing = (now: { wanted: string } | undefined) => now?.wanted === "nothing"
const cancel = { data: "delete", ifFresh: true } as const

beforeAll(() => giveNodeDisk(cluster))

async function cancelledAndLeft() {
  const namespace = await cluster.makeNamespace()
  const template = templateIn(namespace)
  const account = { kubeconfig: await shippedAccount(cluster, namespace) }
  const driver = await open(account, [template])
  const record = newRecord()
  await driver.ensure(record, template)
  await seenWhen(driver, record.id, isUp)
  const claim = coreIn(namespace, `persistentvolumeclaims/${record.id}-data`)
  await api.merge(claim, { metadata: { annotations: { [freshAnnotation]: "cancelled" } } })
  await seenWhen(driver, record.id, isGoing)
  return { namespace, template, driver, record }
}

test("whoever leads removes all of it, with the rights that Sandbar has", async () => {
  const { namespace, driver, record } = await cancelledAndLeft()
  expect(driver.endpoint(record.id)).toBeUndefined()
  driver.lead((signal) => new Promise((end) => signal.addEventListener("abort", () => end())))
  await seenWhen(driver, record.id, (now) => now === undefined, 30_000)
  await goneFrom(api, setsIn(namespace), record.id)
  await goneFrom(api, coreIn(namespace, "pods"), `${record.id}-0`)
  await goneFrom(api, coreIn(namespace, "persistentvolumeclaims"), `${record.id}-data`)
})

test("it is not woken, and whoever cancels it again has it removed at once", async () => {
  const { template, driver, record } = await cancelledAndLeft()
  await expect(driver.wake(record.id, template)).rejects.toMatchObject({ code: "sandbox.unavailable" })
  expect(await driver.delete(record.id, cancel)).toBe("deleted")
  expect(await driver.delete(record.id, cancel)).toBe("deleted")
  await seenWhen(driver, record.id, (now) => now === undefined)
})
