// Sandboxes on a real node: pods that run, as the driver makes them, and the failures that only a kubelet makes.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import type { Driver } from "../../proxy/sandboxes/driver.ts"
import { type GitServer, makeRepository, startGitServer } from "../sandbox-image/git-server.ts"
import { runFirstPod } from "./harness/first-pod.ts"
import { hostAddress } from "./harness/host-door.ts"
import { makeSandboxImage } from "./harness/image.ts"
import { openNode } from "./harness/node.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import {
  ask,
  expectSession,
  healthOf,
  makeSession,
  type NodeWorld,
  openNodeWorld,
  slow,
  type TemplateChange,
} from "./kubernetes-node-world.ts"
import { isStopped, isUp, newRecord, seenWhen } from "./kubernetes-world.ts"

const cluster = sharedCluster()
const scratch = mkdtempSync(join(tmpdir(), "sandbar-node-"))
const node = await openNode(cluster, async () => [await makeSandboxImage(join(scratch, "sandbox.tar"))])
const open: Driver[] = []
let gitServer: GitServer | undefined

afterAll(async () => {
  for (const driver of open) await driver.close()
  await gitServer?.stop()
  await node?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

/** The git server of these tests speaks http. */
const allowHttp = {
  spec: { initContainers: [{ name: "clone", env: [{ name: "SANDBAR_ALLOW_HTTP", value: "1" }] }] },
}

async function world(change?: TemplateChange): Promise<NodeWorld> {
  if (!node) throw new Error("there is no node")
  const place = await openNodeWorld(cluster, node, change)
  open.push(place.driver)
  return place
}

async function logOf(driver: Driver, id: string): Promise<string> {
  const lines = driver.logs(id, { tail: 100, follow: false, signal: AbortSignal.timeout(10_000) })
  return (await Array.fromAsync(lines)).join("\n")
}

describe.skipIf(node === undefined)("a sandbox on a real node", () => {
  test("runs OpenCode behind its password, sleeps, and wakes with what it had", async () => {
    const place = await world()
    const { driver, template } = place
    const record = newRecord({ repository: null })
    await driver.ensure(record, template)
    const up = await seenWhen(driver, record.id, isUp, slow)
    expect(Object.keys(up?.entered ?? {})).toEqual([
      "queued",
      "volume",
      "scheduled",
      "pulling",
      "starting",
      "ready",
    ])
    await expect.poll(() => healthOf(place, record.id), { timeout: slow }).toMatchObject({ healthy: true })
    expect(await logOf(driver, record.id)).toContain("opencode server listening")
    const session = await makeSession(place, record.id)
    await driver.stop(record.id)
    await seenWhen(driver, record.id, isStopped, slow)
    await driver.wake(record.id, template)
    await seenWhen(driver, record.id, isUp, slow)
    await expect.poll(() => healthOf(place, record.id), { timeout: slow }).toMatchObject({ healthy: true })
    await expectSession(place, record.id, session)
  }, 240_000)

  test("clones its repository first, and tells git's words when it cannot", async () => {
    makeRepository(scratch, "project.git")
    const place = await world({ kubernetes: { podOverrides: allowHttp } })
    if (node) await runFirstPod(cluster, node, place.namespace)
    gitServer = startGitServer({ root: scratch, hostname: hostAddress })
    const { driver, template } = place
    const repository = `${gitServer.url}/project.git`
    const record = newRecord({ repository })
    await driver.ensure(record, template)
    const up = await seenWhen(driver, record.id, isUp, slow)
    expect(up?.entered.cloning).toBeGreaterThan(0)
    await expect
      .poll(
        () => ask(place, record.id, "/file/content?path=README.md").then((answer) => answer.text(), String),
        {
          timeout: slow,
        },
      )
      .toContain("text 3")
    const missing = newRecord({ repository, branch: "missing" })
    await driver.ensure(missing, template)
    const failed = await seenWhen(driver, missing.id, (now) => now?.failure !== undefined, slow)
    expect(failed?.failure).toMatchObject({ code: "clone", step: "cloning", terminal: true })
    expect(failed?.failure?.sentence).toMatch(/Check the branch: .*Remote branch missing not found/)
    expect(await logOf(driver, missing.id)).toContain("Remote branch missing not found")
  }, 240_000)

  test("whose image is not there says so", async () => {
    const { driver, template } = await world({ kubernetes: { image: "localhost/not-there:1" } })
    const record = newRecord({ repository: null })
    await driver.ensure(record, template)
    const seen = await seenWhen(driver, record.id, (now) => now?.failure !== undefined, slow)
    expect(seen?.failure).toMatchObject({ code: "image", step: "pulling", terminal: true })
    expect(seen?.failure?.sentence).toContain("localhost/not-there:1")
  }, 120_000)

  test("that ends at once shows its last words, and goes on trying", async () => {
    const server = { name: "opencode", command: ["/bin/sh", "-c", "echo the disk is on fire >&2; exit 3"] }
    const { driver, template } = await world({
      kubernetes: { podOverrides: { spec: { containers: [server] } } },
    })
    const record = newRecord({ repository: null })
    await driver.ensure(record, template)
    const seen = await seenWhen(driver, record.id, (now) => now?.failure !== undefined, slow)
    expect(seen?.failure).toMatchObject({ code: "crash", terminal: false })
    expect(seen?.failure?.sentence).toMatch(/exit code 3\).*the disk is on fire/)
  }, 120_000)

  test("that needs more memory than it may have says so", async () => {
    const eat = 'x=aaaaaaaaaaaaaaaa; while :; do x="$x$x"; done'
    const server = { name: "opencode", command: ["/bin/sh", "-c", eat] }
    const memory = { request: "32Mi", limit: "64Mi" }
    const { driver, template } = await world({
      kubernetes: { podOverrides: { spec: { containers: [server] } } },
      resources: { memory },
    })
    const record = newRecord({ repository: null })
    await driver.ensure(record, template)
    const seen = await seenWhen(driver, record.id, (now) => now?.failure !== undefined, slow)
    expect(seen?.failure).toMatchObject({ code: "out-of-memory" })
  }, 120_000)
})
