// The files in docs/examples, tried: the nginx one in front of a real proxy, the others as far as a parser goes.
import { createHash, randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { defaultLimits } from "../../proxy/guard/limits.ts"
import { rawRequest } from "./raw-request.ts"
import { findNginx, startNginx, type TestNginx } from "./start-nginx.ts"
import { startProxy, type TestProxy, testConfig } from "./start-proxy.ts"
import { startTarget, type TestTarget } from "./start-target.ts"

const examples = join(import.meta.dirname, "../../docs/examples")
const read = (name: string) => readFileSync(join(examples, name), "utf8")
type TraefikFile = {
  http: {
    routers: Record<string, { middlewares: string[]; service: string }>
    middlewares: Record<string, { headers?: { customRequestHeaders: Record<string, string> } }>
    services: Record<string, unknown>
  }
}
type IstioDocument = { apiVersion: string; kind: string; spec: { http?: unknown[] } }

// The types of the browser hide that Bun takes headers.
const BunWebSocket = WebSocket as unknown as new (url: URL, options: Bun.WebSocketOptions) => Bun.WebSocket

const nginx = findNginx()
const host = "sandbar.example.org"

test.each(["nginx.conf", "traefik.yaml", "istio.yaml"])("the settings that %s asks for are valid", (name) => {
  const settings = [...read(name).matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key, value])
  const config = testConfig(Object.fromEntries(settings))
  expect(config).toMatchObject({
    prefix: "/sandbar/",
    publicHosts: [host],
    identity: { is: "header", name: "x-auth-request-user" },
  })
})

test("forged identity: Traefik removes the header before it asks who signed in", () => {
  const { http } = Bun.YAML.parse(read("traefik.yaml")) as TraefikFile
  const { middlewares, service } = http.routers.sandbar ?? { middlewares: [], service: "" }
  expect(Object.keys(http.services)).toContain(service)
  expect(middlewares).toEqual(["sandbar-strip", "sandbar-login"])
  expect(Object.keys(http.middlewares)).toEqual(middlewares)
  const strip = http.middlewares["sandbar-strip"]?.headers?.customRequestHeaders ?? {}
  expect(strip).toMatchObject({ "X-Auth-Request-User": "", "X-Forwarded-Prefix": "" })
})

test("doubled prompts: Istio sends nothing twice, and ends no stream", () => {
  const documents = Bun.YAML.parse(read("istio.yaml")) as IstioDocument[]
  expect(documents.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
    "networking.istio.io/v1 VirtualService",
    "security.istio.io/v1 AuthorizationPolicy",
    "security.istio.io/v1 RequestAuthentication",
    "security.istio.io/v1 AuthorizationPolicy",
  ])
  expect(documents[0]?.spec.http?.[0]).toMatchObject({
    timeout: "0s",
    retries: { attempts: 0 },
    headers: { request: { remove: ["x-forwarded-host", "x-forwarded-prefix"] } },
  })
})

if (nginx === undefined)
  test("nginx is not installed: docs/examples/nginx.conf was read, not tried", () => {
    expect(read("nginx.conf")).toContain("proxy_buffering off;")
    process.emitWarning("nginx is not installed here: docs/examples/nginx.conf was not tried.")
  })

describe.runIf(nginx)("behind nginx with docs/examples/nginx.conf", () => {
  const events = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>()
  const seen: Headers[] = []
  let target: TestTarget
  let proxy: TestProxy
  let gateway: TestNginx
  const signedIn: TestNginx[] = []
  let echo: Bun.Server<undefined>

  const conf = (signedInUser = "ada@example.org") =>
    read("nginx.conf")
      .replace("127.0.0.1:8888", `127.0.0.1:${proxy.port}`)
      .replace('$signed_in_user ""', `$signed_in_user "${signedInUser}"`)
  const ask = (path: string, init: BunFetchRequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(`${gateway.url}${path}`, {
      redirect: "manual",
      ...init,
      headers: { host, "x-target-server": target.origin, ...init.headers },
    })

  beforeAll(async () => {
    echo = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("no upgrade")),
      websocket: { message: (socket, message) => void socket.send(message) },
    })
    target = startTarget(async (request) => {
      seen.push(request.headers)
      const { pathname } = new URL(request.url)
      if (pathname === "/event")
        return new Response(new ReadableStream({ start: events.resolve }), {
          headers: { "content-type": "text/event-stream" },
        })
      if (pathname !== "/hash")
        return new Response(`you asked for ${request.url.slice(target.origin.length)}`)
      const hash = createHash("sha256")
      for await (const chunk of request.body ?? []) hash.update(chunk)
      return new Response(hash.digest("hex"))
    })
    proxy = startProxy({
      env: {
        BASE_PATH: "/sandbar",
        SANDBAR_PUBLIC_HOSTS: host,
        SANDBAR_TRUSTED_PROXIES: "127.0.0.1",
        SANDBAR_IDENTITY: "header:x-auth-request-user",
        SANDBAR_ALLOWED_TARGETS: `${target.origin},${echo.url.origin}`,
      },
    })
    gateway = await startNginx(nginx ?? "", conf())
  })
  afterAll(async () => {
    for (const each of [gateway, ...signedIn]) await each?.stop()
    await proxy?.stop()
    await echo?.stop(true)
    target?.stop()
  })

  test("the page comes with its prefix", async () => {
    const page = await ask("/sandbar/")
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<base href="/sandbar/">')
    const bare = await ask("/sandbar")
    expect([bare.status, bare.headers.get("location")]).toEqual([301, "/sandbar/"])
  })

  test("a forwarded path arrives as it was written, escapes and double dots included", async () => {
    const path = "/file/a%2Fb%20c?path=%2e%2e%2fx&q=a+b"
    expect(await (await ask(`/sandbar/api/proxy${path}`)).text()).toBe(`you asked for ${path}`)
  })

  test("an event stream arrives event by event, not when a buffer is full", async () => {
    const stream = ask("/sandbar/api/proxy/event")
    const controller = await events.promise
    // Each is only written once the one before was read.
    const write = (event: string) => controller.enqueue(new TextEncoder().encode(event))
    write("data: 1\n\n")
    const reader = (await stream).body?.getReader()
    const readOne = async () => new TextDecoder().decode((await reader?.read())?.value)
    expect(await readOne()).toBe("data: 1\n\n")
    for (const event of ["data: 2\n\n", "data: 3\n\n"]) {
      write(event)
      expect(await readOne()).toBe(event)
    }
    await reader?.cancel()
  })

  test("an upload of 20 MB arrives whole", async () => {
    const body = randomBytes(20_000_000)
    const answer = await ask("/sandbar/api/proxy/hash", { method: "POST", body })
    expect(await answer.text()).toBe(createHash("sha256").update(body).digest("hex"))
  })

  test("what is too large is refused by Sandbar's limit or by nginx's, which are the same", () => {
    const most = /client_max_body_size (\d+)m;/.exec(read("nginx.conf"))?.[1]
    expect(Number(most)).toBe(defaultLimits["body-mb"])
  })

  test("forged identity: a name that a client brings along is dropped", async () => {
    const forged = { "x-auth-request-user": "mallory", X_Auth_Request_User: "mallory" }
    const config = await (await ask("/sandbar/api/config", { headers: forged })).json()
    expect(config).toMatchObject({ user: "ada@example.org" })
    const nobody = await startNginx(nginx ?? "", conf(""))
    signedIn.push(nobody)
    const refused = await fetch(`${nobody.url}/sandbar/api/config`, { headers: { host, ...forged } })
    expect([refused.status, await refused.json()]).toMatchObject([401, { code: "identity.required" }])
  })

  test("leaked identity: the target learns neither who asks nor what the gateway said", async () => {
    await ask("/sandbar/api/proxy/x", { headers: { cookie: "session=1", "kubeflow-userid": "mallory" } })
    const names = [...(seen.at(-1) ?? new Headers()).keys()]
    expect(names.filter((name) => /cookie|userid|request-user|forwarded|real-ip/.test(name))).toEqual([])
  })

  test("page takeover: a forged X-Forwarded-Prefix does not decide where the page loads its scripts from", async () => {
    const page = await ask("/sandbar/", { headers: { "x-forwarded-prefix": "/evil/" } })
    expect(await page.text()).toContain('<base href="/sandbar/">')
  })

  test("DNS rebinding: a foreign name is refused although nginx passes it on", async () => {
    const answer = await ask("/sandbar/api/config", { headers: { host: "evil.example" } })
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: "request.host" }])
    // What a page there could add by itself does not help it.
    const forged = { host: "evil.example", "x-forwarded-host": host }
    expect((await ask("/sandbar/api/config", { headers: forged })).status).toBe(403)
  })

  test("a WebSocket passes, with a ticket that was asked for through the same gateway", async () => {
    const headers = { "x-target-server": echo.url.origin, "content-type": "application/json" }
    const body = JSON.stringify({ path: "/echo?a=1" })
    const given = await ask("/sandbar/api/proxy/ticket", { method: "POST", headers, body })
    const { ticket } = (await given.json()) as { ticket: string }
    const address = new URL(`${gateway.url}/sandbar/api/proxy/echo?a=1`)
    address.searchParams.append("target", echo.url.origin)
    address.searchParams.append("ticket", ticket)
    const socket = new BunWebSocket(address, { headers: { host, origin: `http://${host}` } })
    const heard = Promise.withResolvers<string>()
    socket.onopen = () => socket.send("is anybody there?")
    socket.onmessage = ({ data }) => heard.resolve(String(data))
    socket.onclose = ({ code }) => heard.reject(new Error(`closed with ${code}`))
    expect(await heard.promise).toBe("is anybody there?")
    socket.close()
  })

  test("protocol smuggling: an upgrade to anything else is no upgrade", async () => {
    const lines = [
      "GET /sandbar/api/proxy/x HTTP/1.1",
      `Host: ${host}`,
      `X-Target-Server: ${target.origin}`,
      "Connection: Upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABkAAQAAP__",
    ]
    const plain = await rawRequest(gateway.port, `${lines.join("\r\n")}\r\n\r\n`, 1_000)
    expect(plain.status).toBe(200)
    expect(plain.text).toContain("you asked for /x")
  })

  test("probes and metrics stay on the machine", async () => {
    for (const path of ["/metrics", "/healthz", "/readyz", "/sandbar/metrics", "/sandbar/healthz"])
      expect((await ask(path)).status).toBe(404)
  })

  test("nginx logs the request id of Sandbar, and no query: a ticket is in it", async () => {
    const answer = await ask("/sandbar/api/proxy/logged?ticket=t1cket")
    await answer.text()
    await expect.poll(gateway.accessLog).toContain(`/logged 200 `)
    expect(gateway.accessLog()).toContain(answer.headers.get("x-request-id"))
    expect(gateway.accessLog()).not.toContain("t1cket")
  })
})
