// A machine dies with a sandbox on it: its kubelet, its containers and containerd end without a word. What a person is
// told meanwhile, what they can do, and what is there when the machine comes back.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import type { KubeObject } from "./harness/api.ts"
import { makeSandboxImage } from "./harness/image.ts"
import { openNodeInOwnCluster } from "./harness/node.ts"
import { expectSession, healthOf, makeSession, openNodeWorld, slow } from "./kubernetes-node-world.ts"
import { coreIn, isUp, newRecord, seenWhen } from "./kubernetes-world.ts"

// A kubelet says every 10 s that it lives. Five minutes pass, as it is set up usually, until its pods are given up.
const impatient = {
  controllerManagerFlags: ["--node-monitor-period=1s", "--node-monitor-grace-period=20s"],
  apiServerFlags: ["--default-unreachable-toleration-seconds=5", "--default-not-ready-toleration-seconds=5"],
}
const scratch = mkdtempSync(join(tmpdir(), "sandbar-node-lost-"))
const own = await openNodeInOwnCluster(impatient, async () => [
  await makeSandboxImage(join(scratch, "sandbox.tar")),
])

afterAll(async () => {
  await own?.node.stop()
  await own?.cluster.stop()
  rmSync(scratch, { recursive: true, force: true })
})

/** 20 s until the machine is missed, 5 s until its pods are given up, 10 s in which they may end, 30 s of patience. */
const lost = 120_000

describe.skipIf(own === undefined)("a machine that dies", () => {
  test("is named, waits for a person's word where data could be harmed, and comes back to a sandbox with its data", async () => {
    if (!own) return
    const { cluster, node } = own
    const place = await openNodeWorld(cluster, node)
    const { driver, template, namespace } = place
    const record = newRecord({ repository: null })
    const { id } = record
    const pod = coreIn(namespace, `pods/${id}-0`)
    const uidOf = async () => (await cluster.api.get<KubeObject>(pod)).metadata?.uid
    const untilHealthy = async () => {
      await seenWhen(driver, id, isUp, lost)
      await expect.poll(() => healthOf(place, id), { timeout: slow }).toMatchObject({ healthy: true })
    }
    try {
      await driver.ensure(record, template)
      await untilHealthy()
      const session = await makeSession(place, id)

      await node.die()
      const missed = await seenWhen(driver, id, (now) => now?.failure?.code === "node-lost", lost)
      expect(missed).toMatchObject({
        up: false,
        failure: { step: "ready", terminal: false, remedies: ["wait", "operator"] },
      })
      expect(missed?.failure?.sentence).toContain(`The machine ${node.name} has stopped answering.`)
      expect(driver.endpoint(id)).toBeUndefined()

      const given = await seenWhen(driver, id, (now) => now?.failure?.terminal === true, lost)
      expect(given?.failure).toMatchObject({
        code: "node-lost",
        step: "scheduled",
        remedies: ["wait", "force", "operator"],
      })
      expect(given?.failure?.sentence).toContain(`The machine ${node.name} does not answer`)
      const held = await uidOf()
      await driver.wake(id, template)
      expect(await uidOf()).toBe(held)
      await driver.wake(id, template, { force: true })
      const placeless = await seenWhen(driver, id, (now) => now?.failure?.code === "capacity", slow)
      expect(placeless?.failure).toMatchObject({ step: "scheduled", terminal: false })
      expect(await uidOf()).not.toBe(held)

      await node.comeBack()
      await untilHealthy()
      expect(driver.seen.get(id)?.failure).toBeUndefined()
      await expectSession(place, id, session)
      await driver.delete(id, { data: "delete" })
      await seenWhen(driver, id, (now) => now === undefined, slow)
    } finally {
      await driver.close()
    }
  }, 600_000)
})
