// Whose a sandbox is, over real sockets: to everybody else it does not exist, on no route and along no way.
import { afterEach, describe, expect, test } from "vitest"
import { sandboxServerUrl } from "../../shared/servers.ts"
import { probeRequest } from "./ask-probe.ts"
import { askForTicket, openThrough, ticketFor, upgrade } from "./socket-client.ts"
import { type SandboxWorld, sandboxPassword, startSandboxWorld } from "./start-sandboxes.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function start(options: Parameters<typeof startSandboxWorld>[0] = {}): SandboxWorld {
  const world = startSandboxWorld(options)
  cleanups.push(world.stop)
  return world
}

const missing = "sb-ffffffffffff"
const path = "/pty/1/connect"

/** The answer without what differs between any two answers. */
async function told(answer: Response): Promise<unknown> {
  const headers = [...answer.headers].filter(([name]) => !["date", "x-request-id"].includes(name))
  return { status: answer.status, headers, body: await answer.text() }
}

describe("stolen id: somebody else's sandbox answers exactly as one that never existed", () => {
  const requests: [string, string, RequestInit & { json?: unknown }][] = [
    ["look", "", {}],
    ["change", "", { method: "PATCH", json: { name: "Mine now" } }],
    ["delete", "", { method: "DELETE" }],
    ["delete with its data", "", { method: "DELETE", json: { data: "delete", name: "One" } }],
    ["wake", "/wake", { method: "POST" }],
    ["force", "/wake?force=1", { method: "POST" }],
    ["stop", "/stop", { method: "POST" }],
    ["progress", "/progress", {}],
    ["log", "/logs?follow=1", {}],
  ]
  test.each(requests)("%s", async (_what, rest, init) => {
    const { as, spawn, driver } = start()
    const { id } = await spawn("ada")
    const calls = driver.calls.length
    const before = driver.seen.get(id)
    const theirs = await told(await as("bob")(`/api/sandboxes/${id}${rest}`, init))
    const none = await told(await as("bob")(`/api/sandboxes/${missing}${rest}`, init))
    expect(theirs).toEqual(none)
    expect(theirs).toMatchObject({ status: 404, body: expect.stringContaining("sandbox.unknown") })
    expect(driver.seen.get(id)).toBe(before)
    expect(driver.calls.length).toBe(calls)
  })

  test("adopt", async () => {
    const { as, spawn, driver } = start()
    const { id } = await spawn("ada")
    await driver.delete(id, { data: "keep" })
    const adopt = (which: string) =>
      as("bob")("/api/sandboxes", { json: { template: "plain", name: "Mine", adopt: which } })
    expect(await told(await adopt(id))).toEqual(await told(await adopt(missing)))
    expect(driver.seen.get(id)?.wanted).toBe("data")
  })

  test("a list has nothing of others, neither sandboxes nor data", async () => {
    const { as, spawn, driver } = start()
    await spawn("ada")
    const kept = await spawn("ada", "Two")
    await driver.delete(kept.id, { data: "keep" })
    expect(await (await as("bob")("/api/sandboxes")).json()).toMatchObject({ sandboxes: [], data: [] })
    expect(await (await as("ada")("/api/sandboxes")).json()).toMatchObject({
      sandboxes: [{ name: "One", owner: "ada" }],
      data: [{ name: "Two" }],
    })
  })

  test.each([["GET"], ["POST"], ["PUT"], ["DELETE"], ["OPTIONS"], ["HEAD"]])(
    "forwarded %s",
    async (method) => {
      const { forward, spawn, asked } = start()
      const { id } = await spawn("ada")
      const reached = asked.length
      expect(await told(await forward("bob", id, "/session", { method }))).toEqual(
        await told(await forward("bob", missing, "/session", { method })),
      )
      expect((await forward("bob", id, "/session", { method })).status).toBe(404)
      expect(asked.length).toBe(reached)
    },
  )

  test("an event stream, a probe, a ticket", async () => {
    const { proxy, forward, spawn, asked } = start()
    const { id } = await spawn("ada")
    const reached = asked.length
    expect((await forward("bob", id, "/event", { headers: { accept: "text/event-stream" } })).status).toBe(
      404,
    )
    const headers = { "x-user": "bob" }
    const probes = [id, missing].map(async (each) =>
      told(await probeRequest(proxy, sandboxServerUrl(each), headers)),
    )
    const tickets = [id, missing].map(async (each) =>
      told(await askForTicket(proxy, { target: sandboxServerUrl(each), path, headers })),
    )
    for (const [theirs, none] of [await Promise.all(probes), await Promise.all(tickets)]) {
      expect(theirs).toEqual(none)
      expect(theirs).toMatchObject({ status: 404 })
    }
    expect(asked.length).toBe(reached)
  })

  test("a WebSocket with the ticket of its owner", async () => {
    const { proxy, spawn, asked } = start()
    const wish = { target: sandboxServerUrl((await spawn("ada")).id), path }
    const ticket = await ticketFor(proxy, { ...wish, headers: { "x-user": "ada" } })
    const reached = asked.length
    const stolen = await upgrade(proxy, wish, { ticket, headers: { "x-user": "bob" } })
    expect([stolen.status, stolen.code]).toEqual([403, "ticket.invalid"])
    expect(asked.length).toBe(reached)
  })
})

describe("the owner", () => {
  test("reaches the server with our password, and the browser never sees it", async () => {
    const { forward, spawn, asked, proxy, server } = start()
    const { id } = await spawn("ada")
    const answer = await forward("ada", id, "/session?x=1", {
      headers: { "x-target-authorization": "Basic bWluZQ==" },
    })
    expect(answer.status).toBe(200)
    expect(asked.at(-1)).toMatchObject({ path: "/session?x=1", authorization: sandboxPassword })
    expect(asked.at(-1)?.headers.get("x-user")).toBeNull()
    const said = JSON.stringify([...answer.headers]) + (await answer.text()) + proxy.logLines.join()
    expect(said).not.toContain(sandboxPassword.slice(6))
    expect(said).not.toContain(new URL(server.origin).port)
  })

  test("has WebSockets there, and what is typed keeps it awake", async () => {
    const { proxy, driver, spawn } = start()
    const { id } = await spawn("ada")
    const before = driver.seen.get(id)?.intentAt ?? 0
    await Bun.sleep(20)
    const headers = { "x-user": "ada" }
    const { socket, got } = await openThrough(proxy, { target: sandboxServerUrl(id), path, headers })
    expect(driver.calls.some((call) => call.startsWith("noteIntent"))).toBe(false)
    socket.send("ls")
    expect(await got(1)).toEqual(["echo ls"])
    await expect.poll(() => driver.seen.get(id)?.intentAt).toBeGreaterThan(before)
    socket.close()
  })

  test("is known by the source of the identity too: without one everybody is the operator", async () => {
    const world = start({ env: { SANDBAR_IDENTITY: "none", SANDBAR_TRUSTED_PROXIES: "" } })
    const { id, owner } = await world.spawn("whoever")
    expect(owner).toBeNull()
    expect((await world.as("somebody else")(`/api/sandboxes/${id}`)).status).toBe(200)
  })
})

test("around the owner: neither the endpoint itself nor a name in the cluster leads to a sandbox", async () => {
  const { as, spawn, server, asked } = start()
  const { id } = await spawn("ada")
  const reached = asked.length
  const targets = [
    server.origin,
    `http://${id}.team-a.svc.cluster.local:4096`,
    `http://${id}.sandbox:80`,
    `http://${id}.sandbox/`,
    `http://${id.toUpperCase()}.sandbox`,
    `http://${id}.sandbox.`,
    `http://${id}.sandbox@evil.example`,
    `https://${id}.sandbox`,
    `http://local`,
  ]
  for (const target of targets) {
    const answer = await as("ada")("/api/proxy/session", { headers: { "x-target-server": target } })
    expect([400, 403], target).toContain(answer.status)
  }
  expect(asked.length).toBe(reached)
})

test("malformed ids are unknown, whatever they are made of", async () => {
  const { as, driver } = start()
  const ids = [
    "sb-",
    "sb-xyz",
    "..%2f..%2fetc",
    "%00",
    `sb-${"0".repeat(10_000)}`,
    "SB-0123456789AB",
    "sb-0123456789ab%0a",
  ]
  for (const id of ids) {
    for (const rest of ["", "/progress", "/logs"]) {
      const answer = await as("ada")(`/api/sandboxes/${id}${rest}`)
      expect([400, 404], id).toContain(answer.status)
    }
  }
  expect(driver.calls).toEqual([])
})
