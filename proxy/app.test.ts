import { describe, expect, test } from "vitest"
import { makeTestDeps, type TestProxyOptions } from "../tests/wire/start-proxy.ts"
import { createApp } from "./app.ts"
import { makeManagedServers } from "./sandboxes/managed.ts"

const prefix = "/notebook/team-a/my-nb/"

/** As seen through a connection from `peer`. */
function makeAsk(options: TestProxyOptions = {}, peer = "10.0.0.1") {
  const deps = makeTestDeps(options, () => 0)
  const app = createApp(deps)
  const connection = {
    requestIP: () => ({ address: peer, port: 1, family: "IPv4" as const }),
    timeout: () => undefined,
  }
  const ask = (path: string, init: RequestInit = {}) =>
    app.request(`http://127.0.0.1:8888${path}`, init, { connection })
  return { ask, deps }
}

/** What a browser sends when somebody goes to an address. */
const visit = { headers: { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" } }
const headers = (values: Record<string, string>) => ({ headers: values })

describe("the page", () => {
  test("answers for every path of the app, with the prefix as its base, kept or stripped", async () => {
    const { ask } = makeAsk({ env: { NB_PREFIX: prefix } })
    const servers = ["/", "/s/local/", "/s/sandbox.team-a:4096/session/x", prefix, `${prefix}s/local/`]
    const sandboxes = ["/new", "/sandboxes", "/sandbox/sb-0123456789ab", `${prefix}new`]
    for (const path of [...servers, ...sandboxes]) {
      const response = await ask(path)
      expect(response.status).toBe(200)
      expect(response.headers.get("content-type")).toContain("text/html")
      expect(await response.text()).toContain(`<base href="${prefix}">`)
    }
  })

  test("is asked for again every time, and costs nothing when it has not changed", async () => {
    const { ask } = makeAsk()
    const first = await ask("/")
    const etag = first.headers.get("etag") ?? ""
    expect(first.headers.get("cache-control")).toBe("no-cache")
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const second = await ask("/s/local/", headers({ "if-none-match": tag }))
      expect(second.status).toBe(304)
      expect(await second.text()).toBe("")
    }
    expect((await ask("/", headers({ "if-none-match": '"other"' }))).status).toBe(200)
  })

  test("runs no script but our own, and is framed by our own origin only", async () => {
    const policy = (await makeAsk().ask("/")).headers.get("content-security-policy") ?? ""
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'self'",
        "base-uri 'self'",
      ]),
    )
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
  })

  test("redirects to the slash, relative to what the browser sees", async () => {
    const response = await makeAsk({ env: { NB_PREFIX: prefix } }).ask("/notebook/team-a/my-nb")
    expect(response.status).toBe(302)
    expect(response.headers.get("location")).toBe("my-nb/")
  })

  test("another notebook whose name begins alike is not answered for", async () => {
    const { ask } = makeAsk({ env: { NB_PREFIX: prefix } })
    expect((await ask("/notebook/team-a/my-nbx")).status).toBe(404)
    expect((await ask("/notebook/team-a/my-nbx/s/local/")).status).toBe(404)
  })

  test("a mistyped address shows a person the app's own page, as a 404 that nobody keeps", async () => {
    const { ask } = makeAsk({ env: { NB_PREFIX: prefix } })
    for (const path of [`${prefix}nowhere/at/all`, `${prefix}apis`, "/nowhere/at/all", "/settings"]) {
      const response = await ask(path, visit)
      expect([response.status, response.headers.get("cache-control")]).toEqual([404, "no-store"])
      expect(response.headers.get("content-security-policy")).toContain("script-src 'self'")
      expect(await response.text()).toContain(`<base href="${prefix}">`)
    }
  })

  test.each([
    "/api",
    "/api/nothing",
    "/assets/gone-123.js",
    "/assets/gone",
    "/index.html",
    "/robots.txt",
    "/notebook/team-a/my-nbx",
    "/notebook/team-b/other/s/local/",
    `${prefix}api/nothing`,
    `${prefix}assets/gone`,
  ])("%s is a Problem even for a browser that goes there", async (path) => {
    const response = await makeAsk({ env: { NB_PREFIX: prefix } }).ask(path, visit)
    expect(response.status).toBe(404)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
  })

  test("a prefix of one segment has neighbours whose names begin alike", async () => {
    const { ask } = makeAsk({ env: { BASE_PATH: "/a" } })
    expect((await ask("/ab", visit)).headers.get("content-type")).toBe("application/problem+json")
    expect((await ask("/a/b", visit)).headers.get("content-type")).toContain("text/html")
  })
})

describe("X-Forwarded-Prefix", () => {
  const claim = headers({ "x-forwarded-prefix": "/outer" })
  test("from a trusted gateway moves the base", async () => {
    const { ask } = makeAsk({ env: { SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8" } })
    expect(await (await ask("/", claim)).text()).toContain('<base href="/outer/">')
  })
  test("from anyone else is a claim, and is ignored (a poisoned base would load foreign scripts)", async () => {
    const { ask } = makeAsk({ env: { SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8" } }, "11.0.0.1")
    expect(await (await ask("/", claim)).text()).toContain('<base href="/">')
  })
  test.each(['/"><script>', "//evil.example/", "https://evil.example/", "/a/../b", "/a, /b"])(
    "that is not a plain path is ignored even then: %s",
    async (value) => {
      const { ask } = makeAsk({ env: { SANDBAR_TRUSTED_PROXIES: "10.0.0.1" } })
      const page = await (await ask("/", headers({ "x-forwarded-prefix": value }))).text()
      expect(page).toContain('<base href="/">')
    },
  )
})

describe("files", () => {
  test("a hashed file is kept for ever and comes in the best encoding that both sides have", async () => {
    const { ask } = makeAsk({ env: { BASE_PATH: "/a" } })
    const get = (accept: string) => ask("/a/assets/main-abc123.js", headers({ "accept-encoding": accept }))
    const best = await get("gzip, deflate, br")
    expect(best.headers.get("content-encoding")).toBe("br")
    expect(best.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
    expect(best.headers.get("content-type")).toContain("text/javascript")
    expect(best.headers.get("vary")).toBe("accept-encoding")
    expect(await best.text()).toBe("brotli bytes")
    expect(await (await get("gzip;q=0.5, br;q=0")).text()).toBe("gzip bytes")
    const plain = await get("identity")
    expect(plain.headers.get("content-encoding")).toBeNull()
    expect(plain.headers.get("etag")).not.toBe(best.headers.get("etag"))
    expect(await plain.text()).toContain("answer = 42")
  })

  test("the manifest is served under its own type and asked for again", async () => {
    const response = await makeAsk().ask("/manifest.webmanifest")
    expect(response.headers.get("content-type")).toBe("application/manifest+json")
    expect(response.headers.get("cache-control")).toBe("no-cache")
  })

  test.each([
    "/assets/gone-123.js",
    "/assets/",
    "/index.html",
    "/build-manifest.json",
    "/assets/main-abc123.js.br",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/settings",
  ])("%s is a 404 and never HTML", async (path) => {
    const response = await makeAsk().ask(path)
    expect(response.status).toBe(404)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(response.headers.get("x-content-type-options")).toBe("nosniff")
    expect(await response.json()).toMatchObject({ code: "path.unknown", status: 404 })
  })
})

test("the UI is told its servers, the embedded one first, and what may be added", async () => {
  const allowed = "*.svc.cluster.local,http://10.0.0.7:4096"
  const env = {
    SANDBAR_DRIVER: "process",
    SANDBAR_SERVERS: "Box=http://10.0.0.7:4096",
    SANDBAR_ALLOWED_TARGETS: allowed,
  }
  const response = await makeAsk({ env }).ask("/api/config")
  expect(await response.json()).toEqual({
    version: "0.0.0-test",
    servers: [
      { name: "local", url: "http://local" },
      { name: "Box", url: "http://10.0.0.7:4096" },
    ],
    allowedTargets: ["*.svc.cluster.local", "http://10.0.0.7:4096"],
    user: null,
    spawning: false,
  })
})

describe("DNS rebinding: a page on another name that points to 127.0.0.1", () => {
  const rebound = headers({ host: "evil.example:8888" })
  test("cannot use an installation that listens on loopback", async () => {
    const response = await makeAsk().ask("/api/config", rebound)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: "request.host" })
  })
  test("is told apart from a gateway that the operator trusts", async () => {
    const { ask } = makeAsk({ env: { SANDBAR_TRUSTED_PROXIES: "10.0.0.1" } })
    expect((await ask("/api/config", rebound)).status).toBe(200)
  })
  test.each(["localhost:8888", "127.0.0.1:9", "[::1]:8888", "LOCALHOST"])(
    "%s is this computer",
    async (host) => {
      expect((await makeAsk().ask("/api/config", headers({ host }))).status).toBe(200)
    },
  )
})

describe("DNS rebinding beyond loopback: SANDBAR_PUBLIC_HOSTS names who we are", () => {
  const beyond = {
    HOST: "0.0.0.0",
    SANDBAR_IDENTITY: "none",
    SANDBAR_PUBLIC_HOSTS: "kf.example, Other.example",
  }
  const status = async (env: Record<string, string>, values: Record<string, string>) =>
    (await makeAsk({ env }).ask("/api/config", headers(values))).status

  test.each([
    "kf.example",
    "KF.example:8443",
    "other.example",
    "localhost:8888",
    "10.0.0.7:8888",
    "[fd00::7]",
  ])("%s is answered", async (host) => expect(await status(beyond, { host })).toBe(200))
  test.each([
    "evil.example",
    "evil.kf.example",
    "kf.example.evil.example",
    "kf.example.",
    "10.0.0.7.nip.io",
    "0x0a000007",
    "localhost.evil.example",
  ])("%s is refused", async (host) => {
    const response = await makeAsk({ env: beyond }).ask("/api/config", headers({ host }))
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: "request.host" })
  })
  test("a gateway that is trusted for its headers does not vouch for the name that the browser used", async () => {
    for (const HOST of ["0.0.0.0", "127.0.0.1"]) {
      const env = { ...beyond, HOST, SANDBAR_TRUSTED_PROXIES: "10.0.0.1" }
      expect(await status(env, { host: "evil.example" })).toBe(403)
      expect(await status(env, { host: "sandbar.svc", "x-forwarded-host": "evil.example" })).toBe(403)
      expect(await status(env, { host: "sandbar.svc", "x-forwarded-host": "kf.example" })).toBe(200)
    }
  })
  test("X-Forwarded-Host from anyone else is a claim", async () => {
    expect(await status(beyond, { host: "evil.example", "x-forwarded-host": "kf.example" })).toBe(403)
  })
  test("on a loopback address, a gateway that passes the browser's Host on needs no more than the name", async () => {
    const env = { SANDBAR_PUBLIC_HOSTS: "kf.example" }
    expect(await status(env, { host: "kf.example" })).toBe(200)
    expect(await status(env, { host: "evil.example" })).toBe(403)
  })
  test("probes need no name: the kubelet asks by whatever it likes", async () => {
    const { ask } = makeAsk({ env: beyond })
    expect((await ask("/healthz", headers({ host: "10-0-0-7.kubelet" }))).status).toBe(200)
  })
})

test("a gateway that rewrites Host tells the browser's host, if it is trusted", async () => {
  const values = headers({
    host: "127.0.0.1:8888",
    "x-forwarded-host": "kf.example",
    origin: "https://kf.example",
  })
  const trusting = makeAsk({ env: { SANDBAR_TRUSTED_PROXIES: "10.0.0.1" } })
  expect((await trusting.ask("/api/config", values)).status).toBe(200)
  expect((await makeAsk().ask("/api/config", values)).status).toBe(403)
})

test("a bug is logged once, answered without details, and does not reach the next request", async () => {
  const { ask, deps } = makeAsk({
    managed: makeManagedServers({
      local: () => {
        throw new Error("secret detail")
      },
    }),
  })
  const response = await ask("/api/proxy/x", headers({ "x-target-server": "http://local" }))
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain("secret detail")
  expect(deps.logLines.filter((line) => line.includes("secret detail"))).toHaveLength(1)
  expect((await ask("/healthz")).status).toBe(200)
})

test("an embedded server that is not ready says so, and when to ask again", async () => {
  const managed = makeManagedServers({
    local: () => ({ is: "failed", reason: "It said last: no disk." }) as const,
  })
  const response = await makeAsk({ managed }).ask(
    "/api/proxy/x",
    headers({ "x-target-server": "http://local" }),
  )
  expect(response.status).toBe(503)
  expect(response.headers.get("retry-after")).toBe("10")
  expect(await response.json()).toMatchObject({ code: "local.failed", detail: "It said last: no disk." })
})

test("the log has one line per request, with a few fields, and no secret of it", async () => {
  const { ask, deps } = makeAsk({
    env: { SANDBAR_ALLOWED_TARGETS: "http://127.0.0.1:4096" },
    network: { touch: async () => undefined },
    fetch: async () => new Response("ok"),
  })
  const secrets = {
    authorization: "Bearer s3cret",
    cookie: "s3cret",
    "x-target-authorization": "Basic s3cret",
  }
  await ask(
    "/api/proxy/session?auth=s3cret",
    headers({ "x-target-server": "http://127.0.0.1:4096", ...secrets }),
  )
  expect(deps.logLines).toHaveLength(1)
  expect(deps.logLines[0]).not.toContain("s3cret")
  const { time, ms, id, ...line } = JSON.parse(deps.logLines[0] ?? "") as Record<string, unknown>
  expect(line).toEqual({
    level: "info",
    msg: "request",
    method: "GET",
    path: "/api/proxy/session",
    status: 200,
    target: "127.0.0.1:4096",
  })
  expect([typeof time, typeof ms]).toEqual(["string", "number"])
})

test("a failure of the embedded server does not tell where it listens", async () => {
  const managed = makeManagedServers({
    local: () => ({ is: "ready", port: 45_678, authorization: "Basic x" }) as const,
  })
  const fetch = async () => {
    throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" })
  }
  const response = await makeAsk({ managed, fetch }).ask(
    "/api/proxy/x",
    headers({ "x-target-server": "http://local" }),
  )
  expect(response.status).toBe(502)
  expect(await response.json()).toMatchObject({
    detail: "The local OpenCode server does not answer. Is it running?",
  })
})

test("exhaustion: a connection gets its idle timeout back when its answer is over, refused or streamed", async () => {
  const answers = [
    () => Promise.reject(Object.assign(new Error("down"), { code: "ECONNREFUSED" })),
    async () => new Response("x".repeat(20_000)),
    async () => new Response("data: 1\n\n", { headers: { "content-type": "text/event-stream" } }),
  ]
  const origin = "http://127.0.0.1:4096"
  for (const fetch of answers) {
    const network = { touch: async () => undefined }
    const deps = makeTestDeps({ fetch, network, env: { SANDBAR_ALLOWED_TARGETS: origin } }, () => 0)
    const seconds: number[] = []
    const connection = {
      requestIP: () => ({ address: "127.0.0.1", port: 1, family: "IPv4" as const }),
      timeout: (_request: Request, value: number) => void seconds.push(value),
    }
    const init = headers({ "x-target-server": origin })
    const app = createApp(deps)
    await (await app.request("http://127.0.0.1:8888/api/proxy/x", init, { connection })).text()
    expect([seconds[0], seconds.at(-1)]).toEqual([0, 255])
  }
})

test("lost watch: an OPTIONS request, which needs no password, does not take away the one that a server is asked with", async () => {
  const origin = "http://127.0.0.1:4096"
  const accepted: (string | null)[] = []
  const activity = {
    noteRequest: () => undefined,
    noteAccepted: (_name: string, _path: string, sent: Headers) =>
      void accepted.push(sent.get("x-target-authorization")),
    noteInput: () => undefined,
    noteAct: () => undefined,
    read: async () => ({ lastActivity: new Date(0), busy: false }),
    stop: () => undefined,
  }
  const network = { touch: async () => undefined }
  const fetch = async () => new Response(null, { status: 204 })
  const env = { SANDBAR_ALLOWED_TARGETS: origin }
  const app = createApp(makeTestDeps({ activity, network, fetch, env }, () => 0))
  const ask = (method: string, sent: Record<string, string>) =>
    app.request("http://127.0.0.1:8888/api/proxy/session", {
      method,
      headers: { host: "127.0.0.1:8888", "x-target-server": origin, ...sent },
    })
  expect((await ask("POST", { "x-target-authorization": "Basic annas" })).status).toBe(204)
  expect((await ask("OPTIONS", {})).status).toBe(204)
  expect(accepted).toEqual(["Basic annas"])
})
