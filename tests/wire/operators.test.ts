// What operators and their programs see: probes, metrics, and one request followed through every log.
import { afterEach, describe, expect, test } from "vitest"
import { makeDrain } from "../../proxy/drain.ts"
import { makeMetrics } from "../../proxy/metrics.ts"
import { makeManagedServers } from "../../proxy/sandboxes/managed.ts"
import { rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy, type TestProxyOptions } from "./start-proxy.ts"
import { startTarget, type TestTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function start(options: TestProxyOptions = {}): TestProxy {
  const proxy = startProxy(options)
  cleanups.push(proxy.stop)
  return proxy
}

function through(target: TestTarget, options: TestProxyOptions = {}): TestProxy {
  cleanups.push(() => target.stop())
  return start({ ...options, env: { SANDBAR_ALLOWED_TARGETS: target.origin, ...options.env } })
}

function ask(proxy: TestProxy, path: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  return fetch(proxy.url + path, { ...init, headers })
}

async function scrape(proxy: TestProxy): Promise<Map<string, number>> {
  const lines = (await (await ask(proxy, "/metrics")).text()).split("\n")
  const series = lines.filter((line) => /^\w/.test(line)).map((line) => line.split(/ (?=\S+$)/))
  return new Map(series.map(([name = "", value]) => [name, Number(value)]))
}

describe("the probes", () => {
  test("answer the paths without the prefix, and nothing else does", async () => {
    const proxy = start({ env: { NB_PREFIX: "/notebook/team-a/nb" } })
    expect(await (await ask(proxy, "/healthz")).json()).toEqual({ ok: true })
    expect(await (await ask(proxy, "/readyz")).json()).toEqual({ ready: true })
    expect((await ask(proxy, "/healthz", {}, { method: "HEAD" })).status).toBe(200)
    expect((await ask(proxy, "/healthz", {}, { method: "POST" })).status).toBe(404)
  })

  test.each(["healthz", "readyz", "metrics"])(
    "curious people: /%s under the prefix is nothing, because a gateway leads people there",
    async (name) => {
      const proxy = start({ env: { NB_PREFIX: "/notebook/team-a/nb" } })
      const answer = await ask(proxy, `/notebook/team-a/nb/${name}`)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: "path.unknown" })
    },
  )

  test("a process that is stopping is alive but takes no new work", async () => {
    const drain = makeDrain()
    const proxy = start({ drain })
    drain.begin()
    const ready = await ask(proxy, "/readyz")
    expect(ready.status).toBe(503)
    expect(await ready.json()).toEqual({ ready: false })
    expect((await ask(proxy, "/healthz")).status).toBe(200)
  })

  test("an embedded server that still starts does not keep people from other servers", async () => {
    const proxy = start({ managed: makeManagedServers({ local: () => ({ is: "starting" }) }) })
    expect((await ask(proxy, "/readyz")).status).toBe(200)
  })

  test("need neither a user nor a known host", async () => {
    const env = {
      SANDBAR_IDENTITY: "header:kubeflow-userid",
      SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8",
      SANDBAR_PUBLIC_HOSTS: "kubeflow.example",
    }
    const proxy = start({ env })
    for (const path of ["/healthz", "/readyz", "/metrics"])
      expect((await ask(proxy, path, { host: "10-0-0-7.kubelet" })).status).toBe(200)
  })

  test("are no lines in the log: they come every few seconds", async () => {
    const proxy = start()
    for (const path of ["/healthz", "/readyz", "/metrics"]) await ask(proxy, path)
    expect(proxy.logLines).toEqual([])
  })
})

describe("the metrics of a running proxy", () => {
  test("are Prometheus text that is not kept", async () => {
    const answer = await ask(start(), "/metrics")
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
    expect(answer.headers.get("cache-control")).toBe("no-store")
  })

  test("tell what was forwarded: status, class, bytes both ways, times", async () => {
    const target = startTarget(async (request) => {
      await request.arrayBuffer()
      return new Response("x".repeat(100_000), { status: 201 })
    })
    const metrics = makeMetrics(() => ({ requests: 0, streams: 0, sockets: 0 }))
    const proxy = through(target, { metrics, dialOptions: { onConnect: metrics.connected } })
    const init = { method: "POST", body: "y".repeat(5_000) }
    await (await ask(proxy, "/api/proxy/x", { "x-target-server": target.origin }, init)).text()
    const seen = await scrape(proxy)
    expect(seen.get('sandbar_requests_total{route="forward",status="201",target_class="exact"}')).toBe(1)
    expect(seen.get('sandbar_forwarded_bytes_total{direction="to_target"}')).toBe(5_000)
    expect(seen.get('sandbar_forwarded_bytes_total{direction="to_client"}')).toBe(100_000)
    expect(seen.get("sandbar_target_connect_seconds_count")).toBe(1)
    expect(seen.get("sandbar_target_first_byte_seconds_count")).toBe(1)
  })

  test("tell refusals by their problem code", async () => {
    const proxy = start()
    await ask(proxy, "/api/proxy/x", { "x-target-server": "http://203.0.113.7" })
    await ask(proxy, "/api/proxy/x", { "x-target-server": "no address" })
    await ask(proxy, "/api/config", { "sec-fetch-site": "cross-site" })
    const seen = await scrape(proxy)
    for (const code of ["target.forbidden", "target.malformed", "request.cross-site"])
      expect(seen.get(`sandbar_refusals_total{code="${code}"}`)).toBe(1)
  })

  test("tell what is open while it is", async () => {
    const target = startTarget(() => {
      const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([10])) })
      return new Response(body, { headers: { "content-type": "text/event-stream" } })
    })
    const proxy = through(target)
    const leave = new AbortController()
    const headers = { "x-target-server": target.origin }
    const stream = await ask(proxy, "/api/proxy/event", headers, { signal: leave.signal })
    await stream.body?.getReader().read()
    const during = await scrape(proxy)
    expect([during.get("sandbar_open_requests"), during.get("sandbar_open_streams")]).toEqual([1, 1])
    leave.abort()
    await expect.poll(async () => (await scrape(proxy)).get("sandbar_open_streams")).toBe(0)
  })

  test("series flood: 1,000 random targets, paths, methods, users and headers add no series and leave no trace", async () => {
    const target = startTarget(() => new Response("ok"))
    const proxy = through(target, {
      env: {
        SANDBAR_ALLOWED_TARGETS: `${target.origin},*.svc.cluster.local`,
        SANDBAR_IDENTITY: "header:kubeflow-userid",
        SANDBAR_TRUSTED_PROXIES: "127.0.0.1",
        SANDBAR_LIMITS: "rate=1000000",
      },
      network: { resolve4: () => Promise.reject(new Error("none")), resolve6: () => Promise.resolve([]) },
    })
    const one = async (word: string, kind: number) => {
      const user = { "kubeflow-userid": `${word}@example.org`, "x-request-id": word, "user-agent": word }
      const servers = [target.origin, `http://${word}.ns.svc.cluster.local`, `http://${word}.example`, word]
      const to = { "x-target-server": servers[kind % 4] ?? "", traceparent: word, [`x-${word}`]: word }
      const method = ["GET", "POST", "DELETE"][kind % 3] ?? "GET"
      if (kind < 8) return ask(proxy, `/api/proxy/${word}?${word}=1`, { ...user, ...to }, { method })
      if (kind === 8) return ask(proxy, `/${word}/${word}`, user)
      if (kind === 9) return ask(proxy, `/api/${word}`, { "x-forwarded-for": word })
      if (kind === 10) return ask(proxy, "/api/config", { ...user, origin: `http://${word}.example` })
      return rawRequest(proxy.port, `${word} / HTTP/1.1\r\nHost: ${word}\r\nConnection: close\r\n\r\n`)
    }
    const flood = async (rounds: number) => {
      for (let round = 0; round < rounds; round += 1) {
        const kinds = Array.from({ length: 12 }, (_, kind) => kind)
        await Promise.all(kinds.map((kind) => one(`zq${crypto.randomUUID().replaceAll("-", "")}`, kind)))
      }
    }
    await flood(1)
    await scrape(proxy)
    const before = await scrape(proxy)
    await flood(84)
    const after = await scrape(proxy)
    expect([...after.keys()]).toEqual([...before.keys()])
    const total = [...after].filter(([name]) => name.startsWith("sandbar_requests_total"))
    expect(total.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(900)
    expect([...after.keys()].join("\n")).not.toContain("zq")
  })
})

describe("one request in every log", () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

  async function pass(headers: Record<string, string>) {
    const seen: Headers[] = []
    const target = startTarget((request) => {
      seen.push(request.headers)
      return new Response("ok", { headers: { "x-request-id": "of-the-target" } })
    })
    const proxy = through(target)
    const answer = await ask(proxy, "/api/proxy/x", { "x-target-server": target.origin, ...headers })
    const line = JSON.parse(proxy.logLines[0] ?? "{}")
    return { answer: answer.headers, target: seen[0] ?? new Headers(), line }
  }

  test("a plain id of the client is on the answer, at the target and in the log", async () => {
    const { answer, target, line } = await pass({ "x-request-id": "abc-1.2_3" })
    expect([answer.get("x-request-id"), target.get("x-request-id"), line.id]).toEqual(
      Array(3).fill("abc-1.2_3"),
    )
  })

  test.each(["x".repeat(65), "a b", 'a"b', "a,b"])(
    "log forgery: the id %j is replaced by one of ours, everywhere the same",
    async (id) => {
      const { answer, target, line } = await pass({ "x-request-id": id })
      const ours = answer.get("x-request-id")
      expect(ours).toMatch(/^[0-9a-f-]{36}$/)
      expect([target.get("x-request-id"), line.id]).toEqual([ours, ours])
    },
  )

  test("a trace goes on to the target unchanged, and its id into the log", async () => {
    const { target, line } = await pass({ traceparent, tracestate: "vendor=1" })
    expect([target.get("traceparent"), target.get("tracestate")]).toEqual([traceparent, "vendor=1"])
    expect(line.trace).toBe(traceId)
  })

  test("a trace that is not valid stays here, and so does its state", async () => {
    const { target, line } = await pass({ traceparent: `00-${"0".repeat(32)}-x`, tracestate: "vendor=1" })
    expect([target.get("traceparent"), target.get("tracestate")]).toEqual([null, null])
    expect(line).not.toHaveProperty("trace")
  })

  test("refusals, pages and missing paths carry an id too, and the log line has it", async () => {
    const proxy = start()
    for (const [path, headers] of [
      ["/", {}],
      ["/api/none", {}],
      ["/api/config", { "sec-fetch-site": "cross-site" }],
      ["/api/proxy/x", {}],
    ] as const) {
      const answer = await ask(proxy, path, headers)
      expect(JSON.parse(proxy.logLines.at(-1) ?? "{}")).toMatchObject({
        id: answer.headers.get("x-request-id"),
        status: answer.status,
      })
    }
  })

  test("a line has the path without the query: tickets and tokens are not for logs", async () => {
    const proxy = start()
    await ask(proxy, "/api/proxy/file?token=s3cret&ticket=t1cket")
    expect(proxy.logLines.join()).toContain('"path":"/api/proxy/file"')
    expect(proxy.logLines.join()).not.toMatch(/s3cret|t1cket/)
  })
})
