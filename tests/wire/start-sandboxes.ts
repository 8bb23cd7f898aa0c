// A proxy with sandboxes that a driver in memory runs: each of them listens at one small OpenCode server behind a
// password, and several people ask for them.

import type { Sandbox } from "../../shared/sandboxes.ts"
import { sandboxServerUrl } from "../../shared/servers.ts"
import { type MemoryDriver, type MemoryDriverOptions, makeMemoryDriver } from "../fakes/memory-driver.ts"
import { startProxy, type TestProxy, type TestProxyOptions } from "./start-proxy.ts"

export type Ask = (path: string, init?: RequestInit & { json?: unknown }) => Promise<Response>

export type SandboxWorld = {
  proxy: TestProxy
  driver: MemoryDriver
  /** What reached the server: `user` is whatever the target was told of the person. */
  asked: { method: string; path: string; authorization: string | null; headers: Headers }[]
  server: { healthy: boolean; working: boolean; origin: string }
  as: (user: string) => Ask
  /** A new one of this person, ready. */
  spawn: (user: string, name?: string) => Promise<Sandbox>
  /** A forwarded request. */
  forward: (user: string, id: string, path: string, init?: RequestInit) => Promise<Response>
  stop: () => Promise<void>
}

const identity = { SANDBAR_IDENTITY: "header:x-user", SANDBAR_TRUSTED_PROXIES: "127.0.0.1" }
export const sandboxPassword = "Basic c2FuZGJveC1zZWNyZXQ="

export function startSandboxWorld(
  options: Omit<TestProxyOptions, "driver"> & { driver?: MemoryDriverOptions } = {},
): SandboxWorld {
  const asked: SandboxWorld["asked"] = []
  const server = { healthy: true, working: false, origin: "" }
  const listening = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch(request, connection) {
      const path = request.url.slice(new URL(request.url).origin.length)
      const authorization = request.headers.get("authorization")
      asked.push({ method: request.method, path, authorization, headers: new Headers(request.headers) })
      if (authorization !== sandboxPassword) return new Response("", { status: 401 })
      if (request.headers.has("upgrade"))
        return connection.upgrade(request) ? undefined : new Response("", { status: 400 })
      return answerTo(path, server)
    },
    websocket: { idleTimeout: 0, message: (peer, message) => void peer.send(`echo ${String(message)}`) },
  })
  server.origin = `http://127.0.0.1:${listening.port}`
  const endpoint = { origin: server.origin, authorization: sandboxPassword }
  const driver = makeMemoryDriver({ endpointOf: () => endpoint, ...options.driver })
  const proxy = startProxy({ ...options, driver, env: { ...identity, ...options.env } })

  const as =
    (user: string): Ask =>
    (path, { json, ...init } = {}) =>
      fetch(`${proxy.url}${path}`, {
        ...init,
        ...(json === undefined ? {} : { method: init.method ?? "POST", body: JSON.stringify(json) }),
        headers: { "x-user": user, ...(init.headers as Record<string, string>) },
      })

  return {
    proxy,
    driver,
    asked,
    server,
    as,
    async spawn(user, name = "One") {
      const made = await as(user)("/api/sandboxes", { json: { template: "plain", name } })
      const { id } = (await made.json()) as Sandbox
      for (;;) {
        const sandbox = (await (await as(user)(`/api/sandboxes/${id}`)).json()) as Sandbox
        if (sandbox.state === "ready") return sandbox
        await Bun.sleep(5)
      }
    },
    forward: (user, id, path, init = {}) =>
      as(user)(`/api/proxy${path}`, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), "x-target-server": sandboxServerUrl(id) },
      }),
    async stop() {
      await proxy.stop()
      await driver.close()
      await listening.stop(true)
    },
  }
}

function answerTo(path: string, { healthy, working }: SandboxWorld["server"]): Response {
  const [name = ""] = path.split("?")
  if (name === "/global/health")
    return healthy ? Response.json({ healthy, version: "1.0.0" }) : new Response("", { status: 500 })
  if (name === "/session/status") return Response.json(working ? { ses_1: { type: "busy" } } : {})
  if (name === "/api/session/active") return Response.json({ data: {} })
  if (name === "/event")
    return new Response("data: {}\n\n", { headers: { "content-type": "text/event-stream" } })
  return Response.json([])
}
