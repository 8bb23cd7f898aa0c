// The whole of it without a browser: the real entry, local processes, the real OpenCode.
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { isWorking } from "../../proxy/activity/is-working.ts"
import type { Sandbox, SandboxList } from "../../shared/sandboxes.ts"
import { opencodeBinary } from "../fakes/opencode.ts"
import { type ServeUi, startServeUi } from "./start-serve-ui.ts"

const home = realpathSync(mkdtempSync(join(tmpdir(), "sandbar-sandboxes-")))
let serveUi: ServeUi | undefined

afterAll(async () => {
  // Sandboxes outlive the proxy, so what a failed test left has to be deleted through one.
  serveUi ??= await start()
  for (const { id, name } of await list()) await remove(id, name)
  while ((await list()).length > 0) await Bun.sleep(50)
  await serveUi.cleanup()
  rmSync(home, { recursive: true, force: true })
}, 60_000)

const start = () =>
  startServeUi({
    SANDBAR_HOME: home,
    SANDBAR_OPENCODE: opencodeBinary,
    SANDBAR_DRIVER: "process",
    SANDBAR_LOG: "json",
  })

function ask(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
  const { json, ...rest } = init
  const body = json === undefined ? {} : { method: rest.method ?? "POST", body: JSON.stringify(json) }
  return fetch(`${serveUi?.url}${path}`, { ...rest, ...body })
}
const list = async () => ((await (await ask("api/sandboxes")).json()) as SandboxList).sandboxes
const remove = (id: string, name: string) =>
  ask(`api/sandboxes/${id}`, { method: "DELETE", json: { data: "delete", name } })

async function untilReady(id: string): Promise<void> {
  const look = async () => (await (await ask(`api/sandboxes/${id}`)).json()) as Sandbox
  await expect.poll(async () => (await look()).state, { timeout: 60_000, interval: 100 }).toBe("ready")
}

test("a sandbox is made, works, outlives the proxy, sleeps, wakes with its sessions, and goes", async () => {
  serveUi = await start()
  const made = await ask("api/sandboxes", { json: { template: "opencode", name: "Mine" } })
  const { id, serverUrl } = (await made.json()) as Sandbox
  expect(made.status).toBe(202)
  await untilReady(id)
  const inside = (path: string, init: RequestInit & { json?: unknown } = {}) =>
    ask(`api/proxy${path}`, {
      ...init,
      headers: { "x-target-server": serverUrl, ...(init.json ? { "content-type": "application/json" } : {}) },
    })
  const read = async (path: string) => (await inside(path)).json() as Promise<unknown>
  const since = Date.now() - 60_000

  const session = (await (await inside("/session", { json: { title: "Kept" } })).json()) as { id: string }
  expect(await isWorking(read, since)).toBe(false)
  const terminal = (await (await inside("/pty", { json: { command: "/bin/sh" } })).json()) as { id: string }
  expect(await isWorking(read, since)).toBe(true)
  await inside(`/pty/${terminal.id}`, { method: "DELETE" })
  expect(await isWorking(read, since)).toBe(false)

  await serveUi.cleanup()
  const { stderr } = serveUi
  serveUi = await start()
  expect(stderr()).toContain("1 sandbox goes on running; the next start finds it")
  await untilReady(id)
  const titles = async () => ((await read("/session")) as { id: string }[]).map((each) => each.id)
  expect(await titles()).toEqual([session.id])

  await ask(`api/sandboxes/${id}/stop`, { method: "POST" })
  expect((await inside("/session")).status).toBe(409)
  await ask(`api/sandboxes/${id}/wake`, { method: "POST" })
  await untilReady(id)
  expect(await titles()).toEqual([session.id])

  expect((await remove(id, "Not mine")).status).toBe(400)
  expect((await remove(id, "Mine")).status).toBe(204)
  await expect.poll(async () => (await ask(`api/sandboxes/${id}`)).status, { timeout: 10_000 }).toBe(404)
}, 180_000)
