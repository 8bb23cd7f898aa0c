// What crosses the proxy, over real sockets in both directions.
import { gunzipSync, gzipSync } from "node:zlib"
import { afterEach, describe, expect, test } from "vitest"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy, type TestProxyOptions } from "./start-proxy.ts"
import { startRawTarget, startTarget, type TestTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function through(target: TestTarget, options: TestProxyOptions = {}): TestProxy {
  const proxy = startProxy({ ...options, env: { SANDBAR_ALLOWED_TARGETS: target.origin, ...options.env } })
  cleanups.push(() => target.stop(), proxy.stop)
  return proxy
}

function ask(proxy: TestProxy, target: TestTarget, path: string, init: BunFetchRequestInit = {}) {
  const headers = { "x-target-server": target.origin, ...(init.headers as Record<string, string>) }
  return fetch(`${proxy.url}/api/proxy${path}`, { redirect: "manual", ...init, headers })
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

describe("streams", () => {
  test("the first bytes of an answer arrive before its end is known", async () => {
    const end = Promise.withResolvers<void>()
    const target = startTarget(
      () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue(new TextEncoder().encode("data: first\n\n"))
              await end.promise
              controller.enqueue(new TextEncoder().encode("data: last\n\n"))
              controller.close()
            },
          }),
          { headers: { "content-type": "text/event-stream" } },
        ),
    )
    const response = await ask(through(target), target, "/global/event")
    const reader = response.body?.getReader()
    expect(text((await reader?.read())?.value)).toBe("data: first\n\n")
    end.resolve()
    expect(text((await reader?.read())?.value)).toBe("data: last\n\n")
    expect((await reader?.read())?.done).toBe(true)
    expect(response.headers.get("content-type")).toBe("text/event-stream")
    expect(response.headers.get("x-accel-buffering")).toBe("no")
  })

  test("the first bytes of a request arrive before the client has sent the rest", async () => {
    const first = Promise.withResolvers<string>()
    const target = startTarget(async (request) => {
      let all = ""
      for await (const chunk of request.body ?? []) {
        all += text(chunk)
        first.resolve(all)
      }
      return new Response(all)
    })
    const proxy = through(target)
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode("one "))
        expect(await first.promise).toBe("one ")
        controller.enqueue(new TextEncoder().encode("two"))
        controller.close()
      },
    })
    const response = await ask(proxy, target, "/upload", { method: "POST", body })
    expect(await response.text()).toBe("one two")
  })

  test("a client that leaves before the first byte aborts the request at a silent target within a second", async () => {
    const arrived = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const target = startTarget((request) => {
      request.signal.addEventListener("abort", () => aborted.resolve())
      arrived.resolve()
      return new Promise<Response>(() => undefined)
    })
    const proxy = through(target)
    const leave = new AbortController()
    const asked = ask(proxy, target, "/silent", { signal: leave.signal }).catch(() => undefined)
    await arrived.promise
    const left = performance.now()
    leave.abort()
    await asked
    await aborted.promise
    expect(performance.now() - left).toBeLessThan(1_000)
    await Bun.sleep(50)
    // A client that hung up is neither a failure nor a request to count.
    expect(proxy.logLines).toEqual([])
  })

  test("a client that leaves in the middle of an event stream ends it at the target", async () => {
    const cancelled = Promise.withResolvers<void>()
    const target = startTarget(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
            cancel: () => cancelled.resolve(),
          }),
        ),
    )
    const proxy = through(target)
    const leave = new AbortController()
    const response = await ask(proxy, target, "/global/event", { signal: leave.signal })
    await response.body?.getReader().read()
    leave.abort()
    await cancelled.promise
  })

  test("a client that announces a body and never sends it does not hold the target for ever", async () => {
    const target = startTarget(async (request) => new Response(await request.text()))
    const proxy = through(target, { uploadStallMs: 100 })
    const head = `POST /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n`
    const answer = await rawRequest(proxy.port, `${head}Content-Length: 10\r\nConnection: close\r\n\r\nabc`)
    expect(answer.status).toBe(408)
    expect(answer.text).toContain("request.stalled")
  })

  test("a client that leaves in the middle of an upload which the target does not read frees the target", async () => {
    const closed = Promise.withResolvers<void>()
    const target = await startRawTarget((socket) => {
      socket.once("close", () => closed.resolve())
      socket.pause()
    })
    const proxy = through(target, { uploadStallMs: 300 })
    const head = `POST /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n`
    // More than every buffer on the way holds, so that nobody reads the end of the client's connection.
    await rawRequest(proxy.port, `${head}Content-Length: 50000000\r\n\r\n${"x".repeat(40_000_000)}`, 200)
    await closed.promise
  })

  test("a target that stops taking the body is told apart from a client that stops sending it", async () => {
    const target = await startRawTarget((socket) => socket.pause())
    const body = new Uint8Array(40_000_000)
    const response = await ask(through(target, { uploadStallMs: 200 }), target, "/x", {
      method: "POST",
      body,
    })
    expect(response.status).toBe(504)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining("stopped taking") })
  })

  test("a target that has the whole body may think for as long as it likes", async () => {
    const target = startTarget(async (request) => {
      const got = await request.text()
      await Bun.sleep(400)
      return new Response(got)
    })
    const proxy = through(target, { uploadStallMs: 100 })
    const response = await ask(proxy, target, "/prompt", { method: "POST", body: "think" })
    expect(await response.text()).toBe("think")
  })

  test("a target that takes the request and never answers is a timeout, not a hang", async () => {
    const target = startTarget(() => new Promise<Response>(() => undefined))
    const response = await ask(through(target, { headersMs: 100 }), target, "/silent")
    expect(response.status).toBe(504)
    expect(await response.json()).toMatchObject({ code: "target.timeout" })
  })
})

describe("bodies and encodings", () => {
  test("a gzipped answer passes as it is: not decoded, and not called gzip when it is not", async () => {
    const json = JSON.stringify({ hello: "world" })
    const target = startTarget((request) => {
      expect(request.headers.get("accept-encoding")).toBe("gzip")
      return new Response(gzipSync(json), { headers: { "content-encoding": "gzip" } })
    })
    const proxy = through(target)
    const response = await ask(proxy, target, "/session", {
      headers: { "accept-encoding": "gzip" },
      decompress: false,
    } as BunFetchRequestInit)
    expect(response.headers.get("content-encoding")).toBe("gzip")
    expect(gunzipSync(await response.bytes()).toString()).toBe(json)
  })

  test("a client that accepts no encoding is not given one behind its back", async () => {
    const target = startTarget((request) => new Response(request.headers.get("accept-encoding")))
    const proxy = through(target)
    const head = `GET /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n`
    const answer = await rawRequest(proxy.port, `${head}Connection: close\r\n\r\n`)
    expect(answer.text).toMatch(/identity$/)
  })

  test.each(["GET", "HEAD"])(
    "request smuggling: a %s with a body is refused, not sent on without it",
    async (method) => {
      const target = startTarget(() => new Response("reached"))
      const proxy = through(target)
      const head = `${method} /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n`
      for (const body of [
        "Content-Length: 3\r\n\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      ])
        expect((await rawRequest(proxy.port, `${head}Connection: close\r\n${body}`)).status).toBe(400)
    },
  )

  test("the query and odd characters of a path arrive as they were sent", async () => {
    const target = startTarget((request) => new Response(request.url))
    const proxy = through(target, { env: { BASE_PATH: "/a/b" } })
    const path = "/file/a%20b%2Fc?directory=%2Ftmp%2F&x=%3D"
    const under = await fetch(`${proxy.url}/a/b/api/proxy${path}`, {
      headers: { "x-target-server": target.origin },
    })
    expect(await under.text()).toBe(`${target.origin}${path}`)
  })
})

describe("redirects", () => {
  test("a redirect to another host is not followed and not passed on (server-side request forgery)", async () => {
    const secret = startTarget(() => new Response("secret"))
    cleanups.push(() => secret.stop())
    const target = startTarget(
      () => new Response(null, { status: 302, headers: { location: secret.origin } }),
    )
    const response = await ask(through(target), target, "/go")
    expect(response.status).toBe(302)
    expect(response.headers.get("location")).toBeNull()
    expect(await response.text()).toBe("")
  })

  test("a redirect within the target leads back through the proxy, under the prefix", async () => {
    const target = startTarget(() => new Response(null, { status: 307, headers: { location: "/there?x=1" } }))
    const proxy = through(target, { env: { NB_PREFIX: "/notebook/team-a/nb" } })
    const response = await fetch(`${proxy.url}/notebook/team-a/nb/api/proxy/go`, {
      headers: { "x-target-server": target.origin },
      redirect: "manual",
    })
    expect(response.headers.get("location")).toBe("/notebook/team-a/nb/api/proxy/there?x=1")
  })
})

describe("targets that misbehave get a sentence, and the proxy lives on", () => {
  const ok = "HTTP/1.1 200 OK\r\n"
  const cases: [name: string, bytes: string, code: string][] = [
    ["garbage", "garbage bytes\r\n\r\n", "target.invalid"],
    ["binary garbage", "\x00\x01\xff\r\n\r\n", "target.unreachable"],
    ["nothing at all", "", "target.unreachable"],
    ["status 099", "HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok", "target.invalid"],
    ["status 700", "HTTP/1.1 700 Odd\r\nContent-Length: 2\r\n\r\nok", "target.invalid"],
    ["half a status line", "HTTP/1.", "target.unreachable"],
    [
      "an upgrade nobody asked for",
      "HTTP/1.1 101 X\r\nUpgrade: foo\r\nConnection: upgrade\r\n\r\n",
      "target.invalid",
    ],
  ]
  test.each(cases)("%s", async (_name, bytes, code) => {
    const target = await startRawTarget((socket) => socket.end(bytes, "latin1"))
    const proxy = through(target)
    const response = await ask(proxy, target, "/x")
    expect(response.status).toBe(502)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(response.headers.has("x-sandbar-from-target")).toBe(false)
    expect(await response.json()).toMatchObject({ code, status: 502 })
    expect((await fetch(`${proxy.url}/healthz`)).status).toBe(200)
  })

  test("an answer that is refused does not keep its connection (exhaustion by impossible statuses)", async () => {
    let open = 0
    const target = await startRawTarget((socket) => {
      open++
      socket.once("close", () => open--)
      socket.write("HTTP/1.1 600 Odd\r\nContent-Type: text/plain\r\n\r\nx")
    })
    // Held, so that the garbage collector does not close for us.
    const held: Response[] = []
    const proxy = through(target, {
      fetch: async (url, init) => {
        const response = await fetch(url, init)
        held.push(response)
        return response
      },
    })
    for (let i = 0; i < 5; i++) expect((await ask(proxy, target, "/x")).status).toBe(502)
    await expect.poll(() => [open, held.length]).toEqual([0, 5])
  })

  test.each([
    ["with a length", `${ok}Content-Length: 100000\r\n\r\n{"a":`, 100],
    ["in chunks", `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`, 100],
    ["in chunks, at once", `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`, 0],
  ])(
    "an answer cut off %s is a reset for the client too, never a clean end",
    async (_name, bytes, afterMs) => {
      const target = await startRawTarget((socket) => {
        if (afterMs === 0) socket.end(bytes)
        else socket.write(bytes)
        setTimeout(() => socket.destroy(), afterMs)
      })
      const proxy = through(target)
      const head = `GET /api/proxy/x?token=s3cret HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n\r\n`
      const answer = await rawRequest(proxy.port, head)
      if (afterMs > 0) expect(answer.text).toContain('{"a":')
      expect(answer.text).not.toContain("0\r\n\r\n")
      expect(answer.closed).toBe("reset")
      expect(proxy.logLines.join("")).toContain("broke off")
      expect(proxy.logLines.join("")).not.toContain("s3cret")
      expect((await fetch(`${proxy.url}/healthz`)).status).toBe(200)
    },
  )

  test("a small answer that is cut off is a plain refusal: nothing of it was passed on yet", async () => {
    const target = await startRawTarget((socket) => socket.end(`${ok}Content-Length: 100\r\n\r\n{"a":`))
    const response = await ask(through(target), target, "/x")
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining("before its answer was complete"),
    })
  })

  test("HTML from a target is inert on our origin", async () => {
    const target = startTarget(
      () => new Response("<script>alert(1)</script>", { headers: { "content-type": "text/html" } }),
    )
    const response = await ask(through(target), target, "/")
    expect(response.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'")
    expect(response.headers.get("x-content-type-options")).toBe("nosniff")
    expect(response.headers.get("cross-origin-resource-policy")).toBe("same-origin")
  })

  test("a target that is down is unreachable", async () => {
    const target = startTarget(() => new Response())
    const proxy = through(target)
    target.stop()
    const response = await ask(proxy, target, "/x")
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ code: "target.unreachable" })
  })
})

test("HTTP_PROXY in the environment does not take the traffic", async () => {
  const thief = startTarget(() => new Response("stolen"))
  cleanups.push(() => thief.stop())
  const target = startTarget(() => new Response("honest"))
  const before = process.env.HTTP_PROXY
  process.env.HTTP_PROXY = thief.origin
  cleanups.push(() => {
    if (before === undefined) delete process.env.HTTP_PROXY
    else process.env.HTTP_PROXY = before
  })
  const proxy = through(target)
  const head = `GET /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n`
  expect((await rawRequest(proxy.port, `${head}Connection: close\r\n\r\n`)).text).toMatch(/honest$/)
})

test("the proxy does not forward to itself by its own address", async () => {
  const port = await findQuietPort()
  const own = `http://localhost:${port}`
  const proxy = startProxy({ env: { PORT: String(port), SANDBAR_ALLOWED_TARGETS: own } })
  cleanups.push(proxy.stop)
  const response = await fetch(`${proxy.url}/api/proxy/healthz`, { headers: { "x-target-server": own } })
  expect(response.status).toBe(508)
  expect(await response.json()).toMatchObject({ code: "target.loop" })
})

test("a request that comes back through a target which forwards to us ends there", async () => {
  let rounds = 0
  const target = startTarget((request) => {
    rounds++
    const via = request.headers.get("via") ?? ""
    return fetch(`${proxy.url}/api/proxy/x`, { headers: { via, "x-target-server": target.origin } })
  })
  const proxy = through(target)
  const response = await ask(proxy, target, "/x")
  expect(response.status).toBe(508)
  expect(rounds).toBe(1)
})
