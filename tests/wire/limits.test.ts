// What one client, one target and everybody may hold, over real sockets: refusals, and that all of it comes back.
import { afterEach, describe, expect, test } from "vitest"
import { defaultLimits, makeLimits } from "../../proxy/guard/limits.ts"
import { type OpenSocket, openSocket } from "./open-socket.ts"
import { startProxy, type TestProxy, type TestProxyOptions } from "./start-proxy.ts"
import { startRawTarget, startTarget, type TestTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

type Limited = TestProxy & { held: Map<string, number> }

function through(
  target: TestTarget,
  limits: Partial<typeof defaultLimits> = {},
  options: TestProxyOptions = {},
): Limited {
  const held = new Map<string, number>()
  const gate = makeLimits({ ...defaultLimits, ...limits }, held)
  const env = { SANDBAR_ALLOWED_TARGETS: target.origin, ...options.env }
  const proxy = startProxy({ ...options, env, limits: gate })
  cleanups.push(() => target.stop(), proxy.stop)
  return { ...proxy, held }
}

function ask(proxy: TestProxy, target: TestTarget, path: string, init: BunFetchRequestInit = {}) {
  const headers = { "x-target-server": target.origin, ...(init.headers as Record<string, string>) }
  return fetch(`${proxy.url}/api/proxy${path}`, { ...init, headers })
}

async function open(proxy: TestProxy): Promise<OpenSocket> {
  const socket = await openSocket(proxy.port)
  cleanups.push(socket.close)
  return socket
}

const head = (target: TestTarget, start: string, more = "") =>
  `${start} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n${more}\r\n`

/** Ends everything that a test left waiting, and waits for it. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (holds()) return
    await Bun.sleep(10)
  }
  throw new Error(`not seen: ${what}`)
}

/** Waits as long as a test wants; event streams stay open after their first event. */
function startWaitingTarget() {
  let streams = 0
  const done = Promise.withResolvers<void>()
  const target = startTarget(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === "/wait") {
      await done.promise
      return new Response("waited")
    }
    if (pathname !== "/events") return new Response("ok")
    streams++
    const body = new ReadableStream({
      start: (controller) => controller.enqueue("data: 1\n\n"),
      cancel: () => void streams--,
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  })
  return { ...target, finish: done.resolve, streams: () => streams }
}

async function refusalOf(response: Response) {
  const retryAfter = response.headers.get("retry-after")
  return { ...((await response.json()) as { code: string; detail: string }), retryAfter }
}

describe("caps", () => {
  test.each([
    ["target", { target: 2 }, 503, "limit.busy"],
    ["client", { client: 2 }, 429, "limit.client"],
  ] as const)(
    "requests of one %s: the third is refused with a reason, and let in when one has ended",
    async (_name, limits, status, code) => {
      const target = startWaitingTarget()
      const proxy = through(target, limits)
      const waiting = [ask(proxy, target, "/wait"), ask(proxy, target, "/wait")]
      await until("two held", () => proxy.held.get("requests") === 2)
      const third = await ask(proxy, target, "/quick")
      expect(third.status).toBe(status)
      expect(await refusalOf(third)).toMatchObject({ code, retryAfter: "1", detail: expect.any(String) })
      target.finish()
      for (const each of waiting) expect(await (await each).text()).toBe("waited")
      expect((await ask(proxy, target, "/quick")).status).toBe(200)
    },
  )

  test.each([
    ["everybody", { streams: 2 }, 503, "limit.busy"],
    ["one client", { "client-streams": 2 }, 429, "limit.client"],
  ] as const)(
    "event streams of %s: the refused one is ended at the target too, ordinary requests go on",
    async (_name, limits, status, code) => {
      const target = startWaitingTarget()
      const proxy = through(target, limits)
      const leave = new AbortController()
      for (let i = 0; i < 2; i++) await ask(proxy, target, "/events", { signal: leave.signal })
      const third = await ask(proxy, target, "/events")
      expect(third.status).toBe(status)
      expect(await refusalOf(third)).toMatchObject({ code, retryAfter: "1" })
      await until("the third is gone at the target", () => target.streams() === 2)
      expect((await ask(proxy, target, "/quick")).status).toBe(200)
      leave.abort()
      await until("all are gone", () => target.streams() === 0 && proxy.held.size === 0)
      expect((await ask(proxy, target, "/events")).status).toBe(200)
    },
  )

  test("starvation: a client at its cap does not keep others out, with addresses from a trusted gateway", async () => {
    const target = startWaitingTarget()
    const env = { SANDBAR_TRUSTED_PROXIES: "127.0.0.1" }
    const proxy = through(target, { client: 2 }, { env })
    const from = (address: string, path: string) =>
      ask(proxy, target, path, { headers: { "x-forwarded-for": address } })
    const waiting = [from("203.0.113.1", "/wait"), from("203.0.113.1", "/wait")]
    await until("two held", () => proxy.held.get("requests") === 2)
    expect((await from("203.0.113.1", "/quick")).status).toBe(429)
    expect((await from("203.0.113.2", "/quick")).status).toBe(200)
    // The gateway adds the address it saw at the right; what stands left of it came with the request.
    for (const forged of ["198.51.100.7", "127.0.0.1", "203.0.113.2", "junk"])
      expect([forged, (await from(`${forged}, 203.0.113.1`, "/quick")).status]).toEqual([forged, 429])
    target.finish()
    await Promise.all(waiting)
  })

  test("starvation: a person at the cap does not keep others out, wherever they all come from", async () => {
    const target = startWaitingTarget()
    const env = { SANDBAR_TRUSTED_PROXIES: "127.0.0.1", SANDBAR_IDENTITY: "header:kubeflow-userid" }
    const proxy = through(target, { client: 1 }, { env })
    const as = (user: string, path: string, address: string) => {
      const headers = { "kubeflow-userid": user, "x-forwarded-for": address }
      return ask(proxy, target, path, { headers })
    }
    const waiting = as("anna", "/wait", "203.0.113.1")
    await until("one held", () => proxy.held.get("requests") === 1)
    expect((await as("anna", "/quick", "203.0.113.9")).status).toBe(429)
    expect((await as("berta", "/quick", "203.0.113.1")).status).toBe(200)
    target.finish()
    await waiting
  })

  test("limit evasion: X-Forwarded-For from somebody who is no gateway of ours buys nothing", async () => {
    const target = startWaitingTarget()
    const proxy = through(target, { client: 1 }, { env: { SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8" } })
    const from = (address: string, path: string) =>
      ask(proxy, target, path, { headers: { "x-forwarded-for": address, forwarded: `for=${address}` } })
    const waiting = from("203.0.113.1", "/wait")
    await until("one held", () => proxy.held.get("requests") === 1)
    for (const forged of ["203.0.113.2", "10.0.0.1", "203.0.113.3, 10.0.0.1"])
      expect((await from(forged, "/quick")).status).toBe(429)
    target.finish()
    await waiting
  })

  test("port scan: one client finds out about so many ports and no more for a while", async () => {
    const target = startWaitingTarget()
    const closed = Array.from({ length: 12 }, (_, i) => `http://127.0.0.1:${20_000 + i}`)
    const env = { SANDBAR_ALLOWED_TARGETS: [target.origin, ...closed].join(",") }
    const touched: number[] = []
    const network = {
      touch: (_address: string, port: number) => {
        touched.push(port)
        return Promise.reject(new Error("refused"))
      },
    }
    const proxy = through(target, { rate: 5 }, { env, network })
    const answers: Response[] = []
    for (const origin of closed) answers.push(await ask(proxy, { ...target, origin }, "/"))
    expect(answers.map(({ status }) => status)).toEqual([...Array(5).fill(502), ...Array(7).fill(429)])
    const last = await refusalOf(answers.at(-1) as Response)
    expect(last).toMatchObject({ code: "limit.rate", retryAfter: expect.stringMatching(/^([1-9]|10)$/) })
    expect(touched).toHaveLength(5)
  })

  test("a server that was found a moment ago costs no look-up: work goes on at any pace", async () => {
    const target = startWaitingTarget()
    const proxy = through(target, { rate: 1 })
    for (let i = 0; i < 20; i++) expect((await ask(proxy, target, "/quick")).status).toBe(200)
  })
})

describe("sizes", () => {
  const megabyte = 1_048_576
  const chunk = (size: number) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`

  test.each([
    ["just too large", megabyte + 1],
    ["far too large", 3 * megabyte],
    ["absurd", 900_000 * megabyte],
  ])("a body whose length is %s is refused before the target hears of it", async (_name, length) => {
    let asked = 0
    const target = startTarget(() => new Response(String(asked++)))
    const proxy = through(target, {}, { env: { SANDBAR_LIMITS: "body-mb=1" } })
    const socket = await open(proxy)
    socket.write(head(target, "POST /api/proxy/x", `Content-Length: ${length}\r\n`))
    await until("an answer", () => socket.text().endsWith("}") || socket.ending() !== "open")
    expect(socket.text()).toMatch(/^HTTP\/1\.1 413 [\s\S]*request\.too-large[\s\S]*at most 1 MiB/)
    expect(asked).toBe(0)
  })

  test("a body without a length is refused as soon as it is too large; the target never sees its end", async () => {
    const received: string[] = []
    const closed = Promise.withResolvers<void>()
    const target = await startRawTarget((socket, first) => {
      received.push(first)
      socket.on("data", (data) => received.push(data.toString("latin1")))
      socket.once("close", () => closed.resolve())
    })
    const proxy = through(target, {}, { env: { SANDBAR_LIMITS: "body-mb=1" } })
    const socket = await open(proxy)
    socket.write(head(target, "POST /api/proxy/x", "Transfer-Encoding: chunked\r\n"))
    for (let i = 0; i < 40; i++) socket.write(chunk(50_000))
    socket.write("0\r\n\r\n")
    await until("an answer", () => socket.text().endsWith("}"))
    expect(socket.text()).toMatch(/^HTTP\/1\.1 413 [\s\S]*request\.too-large[\s\S]*at most 1 MiB/)
    await closed.promise
    expect(received.join("")).not.toContain("\r\n0\r\n\r\n")
    await until("nothing held", () => proxy.held.size === 0)
  })

  test("a body of exactly the largest size arrives whole, with a length and without", async () => {
    const target = startTarget(async (request) => new Response(String((await request.bytes()).length)))
    const proxy = through(target, {}, { env: { SANDBAR_LIMITS: "body-mb=1" } })
    const bytes = new Uint8Array(megabyte)
    for (const body of [bytes, new Blob([bytes]).stream()])
      expect(await (await ask(proxy, target, "/x", { method: "POST", body })).text()).toBe(String(megabyte))
  })

  test.each([
    ["one", [20_000]],
    ["many together", Array(40).fill(500)],
  ])("headers of more than 16 KB, %s, are refused with a sentence", async (_name, sizes: number[]) => {
    const target = startWaitingTarget()
    const proxy = through(target)
    const lines = sizes.map((size, i) => `X-Filler-${i}: ${"x".repeat(size)}\r\n`).join("")
    for (const path of ["/api/proxy/x", "/api/config", "/", "/healthz"]) {
      const socket = await open(proxy)
      socket.write(head(target, `GET ${path}`, lines))
      await until("an answer", () => socket.text().endsWith("}"))
      expect(socket.text()).toMatch(/^HTTP\/1\.1 431 [\s\S]*request\.headers-too-large[\s\S]*at most 16384/)
    }
  })

  test("headers of almost 16 KB are taken, and reach the target where they may", async () => {
    const target = startTarget((request) => new Response(String(request.headers.get("accept")?.length)))
    const proxy = through(target)
    const answer = await ask(proxy, target, "/x", { headers: { accept: "x".repeat(15_000) } })
    expect(await answer.text()).toBe("15000")
  })

  test("memory exhaustion: headers without an end are cut off by the parser", async () => {
    const target = startWaitingTarget()
    const proxy = through(target)
    const socket = await open(proxy)
    socket.write(head(target, "GET /api/proxy/x", `X-Filler: ${"x".repeat(100_000)}`))
    await socket.closed
    expect(socket.text()).toMatch(/^(HTTP\/1\.1 431 |$)/)
    expect((await fetch(`${proxy.url}/healthz`)).status).toBe(200)
  })
})
