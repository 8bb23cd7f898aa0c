// GET /api/kernels as Kubeflow's notebook controller, a gateway and an attacker see it.
import { afterEach, expect, test } from "vitest"
import { makeLog } from "../../proxy/log.ts"
import { type Culler, makeCuller } from "../fakes/culler.ts"
import { startProxy, type TestProxyOptions } from "./start-proxy.ts"
import { startTarget, type TestTarget } from "./start-target.ts"

const prefix = "/notebook/team-a/my-nb"
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function start(options: TestProxyOptions = {}) {
  const proxy = startProxy({ ...options, env: { NB_PREFIX: prefix, ...options.env } })
  cleanups.push(proxy.stop)
  const kernel = async (path = `${prefix}/api/kernels`, init: RequestInit = {}) => {
    const response = await fetch(proxy.url + path, init)
    expect(response.status).toBe(200)
    return { response, kernels: (await response.json()) as Record<string, unknown>[] }
  }
  return { ...proxy, kernel }
}

function target(answer: (request: Request) => Response | Promise<Response>): TestTarget {
  const started = startTarget(answer)
  cleanups.push(started.stop)
  return started
}

function cullerOf(proxy: { url: string }, idleMs: number, now: () => number): Culler {
  return makeCuller({ origin: proxy.url, namespace: "team-a", notebook: "my-nb", idleMs, now })
}

test("one kernel stands for everything, under the prefix, bare, and where a gateway strips it", async () => {
  const proxy = start()
  const { response, kernels } = await proxy.kernel()
  expect(response.headers.get("cache-control")).toBe("no-store")
  expect(kernels).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      name: "opencode",
      last_activity: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      execution_state: "idle",
      connections: 0,
    },
  ])
  expect((await proxy.kernel("/api/kernels")).kernels).toEqual(kernels)
  expect((await proxy.kernel()).kernels).toEqual(kernels)
})

test("an open event stream is a connection, and nothing that happened", async () => {
  const hello = (controller: ReadableStreamDefaultController) => controller.enqueue("data: hello\n\n")
  const events = { headers: { "content-type": "text/event-stream" } }
  const box = target(() => new Response(new ReadableStream({ start: hello }), events))
  const proxy = start({ env: { SANDBAR_ALLOWED_TARGETS: box.origin } })
  const before = (await proxy.kernel()).kernels
  const leave = new AbortController()
  await fetch(`${proxy.url}${prefix}/api/proxy/event`, {
    headers: { "x-target-server": box.origin },
    signal: leave.signal,
  })
  expect((await proxy.kernel()).kernels).toEqual([{ ...before[0], connections: 1 }])
  leave.abort()
})

test("the culler needs neither a user nor a name of ours", async () => {
  const proxy = start({
    env: {
      SANDBAR_IDENTITY: "header:kubeflow-userid",
      SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8",
      SANDBAR_PUBLIC_HOSTS: "kf.example",
    },
  })
  const began = Date.now()
  const culler = cullerOf(proxy, 3_600_000, () => began + 1_800_000)
  expect(await culler.check()).toBe(false)
  expect(culler.lastActivity()).toBeLessThan(began + 60_000)
})

test("way around the sign-in: what the culler may ask opens nothing beside it", async () => {
  const proxy = start({
    env: { SANDBAR_IDENTITY: "header:kubeflow-userid", SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8" },
  })
  for (const path of [
    "/api/kernels/",
    "/api/kernels/x",
    "/api/kernels%2F..%2Fconfig",
    "/api/config",
    "/api/proxy/x",
  ])
    expect((await fetch(proxy.url + prefix + path)).status).toBe(401)
  for (const method of ["POST", "PUT", "PATCH", "DELETE"])
    expect((await fetch(`${proxy.url}${prefix}/api/kernels`, { method })).status).toBe(401)
})

test("foreign page: it cannot read the answer", async () => {
  const proxy = start()
  const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }
  const { response } = await proxy.kernel(undefined, { headers })
  expect(response.headers.get("access-control-allow-origin")).toBeNull()
  expect(response.headers.get("cross-origin-resource-policy")).toBe("same-origin")
})

test("another notebook behind the same gateway is not us", async () => {
  const proxy = start()
  expect((await fetch(`${proxy.url}/notebook/team-a/other/api/kernels`)).status).toBe(404)
})

test("a controller that asks for terminals gets none: their input is in the kernel", async () => {
  const proxy = start()
  const response = await fetch(`${proxy.url}${prefix}/api/terminals`)
  expect([response.status, await response.json()]).toEqual([200, []])
})

test("stolen password: asking a server sends its own password there, and the log has none", async () => {
  const seen: (string | null)[] = []
  const box = target((request) => {
    seen.push(request.headers.get("authorization"))
    return request.url.endsWith("/session") ? Response.json([]) : new Response(null, { status: 500 })
  })
  const lines: string[] = []
  const log = makeLog({ format: "json", level: "debug", write: (line) => lines.push(line) })
  const proxy = start({ env: { SANDBAR_ALLOWED_TARGETS: box.origin }, log })
  await fetch(`${proxy.url}${prefix}/api/proxy/session`, {
    headers: { "x-target-server": box.origin, "x-target-authorization": "Basic c2VjcmV0", cookie: "kf=1" },
  })
  await proxy.kernel()
  expect(seen.length).toBeGreaterThan(1)
  expect(new Set(seen)).toEqual(new Set(["Basic c2VjcmV0"]))
  expect(lines.join("\n")).toContain("does not say whether it works")
  expect(lines.join("\n")).not.toContain("c2VjcmV0")
})

test("a refused password is not kept: the next look goes without it", async () => {
  const seen: string[] = []
  const box = target((request) => {
    seen.push(request.headers.get("authorization") ?? "none")
    return new Response(null, { status: 401 })
  })
  const proxy = start({ env: { SANDBAR_ALLOWED_TARGETS: box.origin } })
  const headers = { "x-target-server": box.origin, "x-target-authorization": "Basic d3Jvbmc=" }
  await fetch(`${proxy.url}${prefix}/api/proxy/session`, { headers })
  await proxy.kernel()
  expect(seen).toEqual(["Basic d3Jvbmc="])
})

test("memory exhaustion: a server that never stops talking does not fill us", async () => {
  let sent = 0
  const chunk = new Uint8Array(1_048_576).fill(32)
  const box = target((request) => {
    if (new URL(request.url).pathname !== "/session/status") return Response.json([])
    const pull = (controller: ReadableStreamDefaultController) => {
      sent++
      controller.enqueue(chunk)
    }
    return new Response(new ReadableStream({ pull }))
  })
  const proxy = start({ env: { SANDBAR_ALLOWED_TARGETS: box.origin } })
  await fetch(`${proxy.url}${prefix}/api/proxy/session`, { headers: { "x-target-server": box.origin } })
  expect((await proxy.kernel()).kernels).toMatchObject([{ execution_state: "idle" }])
  expect(sent).toBeLessThan(100)
})

test("a server that takes questions and never answers costs the culler three seconds of its ten", async () => {
  const hang = Promise.withResolvers<Response>()
  const box = target((request) =>
    new URL(request.url).pathname === "/session" ? Response.json([]) : hang.promise,
  )
  cleanups.push(() => hang.resolve(new Response()))
  const proxy = start({ env: { SANDBAR_ALLOWED_TARGETS: box.origin } })
  await fetch(`${proxy.url}${prefix}/api/proxy/session`, { headers: { "x-target-server": box.origin } })
  const began = performance.now()
  await proxy.kernel()
  expect(performance.now() - began).toBeLessThan(8_000)
})
