// However a request ends, what it held comes back: otherwise a proxy that runs for weeks refuses everybody.
import { afterEach, describe, expect, test } from "vitest"
import { defaultLimits, makeLimits } from "../../proxy/guard/limits.ts"
import { type OpenSocket, openSocket } from "./open-socket.ts"
import { startProxy, type TestProxy, type TestProxyOptions } from "./start-proxy.ts"
import { startServeUi } from "./start-serve-ui.ts"
import { startRawTarget, startTarget, type TestTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

type Limited = TestProxy & { held: Map<string, number> }

function through(target: TestTarget, options: TestProxyOptions = {}): Limited {
  const held = new Map<string, number>()
  const env = { SANDBAR_ALLOWED_TARGETS: target.origin, SANDBAR_LIMITS: "body-mb=1", ...options.env }
  const proxy = startProxy({ limits: makeLimits(defaultLimits, held), ...options, env })
  cleanups.push(() => target.stop(), proxy.stop)
  return { ...proxy, held }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (holds()) return
    await Bun.sleep(10)
  }
  throw new Error(`not seen: ${what}`)
}

async function open(port: number): Promise<OpenSocket> {
  const socket = await openSocket(port)
  cleanups.push(socket.close)
  return socket
}

const head = (target: TestTarget, start: string, more = "") =>
  `${start} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: ${target.origin}\r\n${more}\r\n`

const ok = "HTTP/1.1 200 OK\r\n"
const event = "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"
/** More than is read at once, so that it is passed on piece by piece. */
const long = `Content-Length: 100000\r\n\r\n${"x".repeat(50_000)}`

describe("what a request held comes back", () => {
  const answers: [name: string, method: string, bytes: string][] = [
    ["a whole answer with a length", "GET", `${ok}Content-Length: 2\r\n\r\nok`],
    ["a whole answer in chunks", "GET", `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ["a long whole answer", "GET", `${ok}${long}${"x".repeat(50_000)}`],
    ["an answer until the connection ends", "GET", `${ok}Connection: close\r\n\r\nok`],
    ["an event stream that ends by itself", "GET", `${ok}${event}0\r\n\r\n`],
    ["an answer without a body", "GET", `${ok}Content-Length: 0\r\n\r\n`],
    ["an answer to HEAD", "HEAD", `${ok}Content-Length: 2\r\n\r\n`],
    ["an answer to HEAD about something long", "HEAD", `${ok}Content-Length: 100000\r\n\r\n`],
    ["an answer to HEAD about something endless", "HEAD", `${ok}Transfer-Encoding: chunked\r\n\r\n`],
    ["an answer to HEAD about events", "HEAD", `${ok}Content-Type: text/event-stream\r\n\r\n`],
    ["204", "DELETE", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["204 that lies about a length", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 100000\r\n\r\n"],
    ["304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 100000\r\n\r\n"],
    ["205", "POST", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"],
    ["an answer that is no HTTP", "GET", "garbage\r\n\r\n"],
    ["an impossible status", "GET", "HTTP/1.1 700 Odd\r\nContent-Length: 2\r\n\r\nok"],
    ["no answer at all", "GET", ""],
    ["a death in the middle of a short answer", "GET", `${ok}Content-Length: 100\r\n\r\nx`],
    ["a death in the middle of a long answer", "GET", `${ok}${long}`],
    ["a death in the middle of an event stream", "GET", `${ok}${event}`],
  ]
  test.each(answers)("%s", async (_name, method, bytes) => {
    const target = await startRawTarget((socket) => {
      socket.write(bytes)
      setTimeout(() => socket.destroy(), 50)
    })
    const proxy = through(target)
    for (let i = 0; i < 3; i++) {
      const socket = await open(proxy.port)
      socket.write(head(target, `${method} /api/proxy/x`))
      await until("an answer or an end", () => socket.text() !== "" || socket.ending() !== "open")
    }
    await until("nothing held", () => proxy.held.size === 0)
  })

  const departures: [name: string, start: string, body: string, answer: string][] = [
    ["a client that leaves before the headers", "GET", "", ""],
    ["a client that leaves in the middle of a long answer", "GET", "", `${ok}${long}`],
    ["a client that leaves an event stream", "GET", "", `${ok}${event}`],
    ["a client that leaves in the middle of an upload", "POST", "abc", ""],
  ]
  test.each(departures)("%s", async (_name, method, body, answer) => {
    const target = await startRawTarget((socket) => void socket.write(answer))
    const proxy = through(target)
    for (let i = 0; i < 3; i++) {
      const socket = await open(proxy.port)
      const length = body ? "Content-Length: 100\r\n" : ""
      socket.write(head(target, `${method} /api/proxy/x`, length) + body)
      await until("it is held", () => proxy.held.size > 0)
      if (answer) await until("the answer's beginning", () => socket.text() !== "")
      socket.close()
    }
    await until("nothing held", () => proxy.held.size === 0)
  })

  test("a client that stops sending in the middle of an upload", async () => {
    const target = startTarget(async (request) => new Response(await request.text()))
    const proxy = through(target, { uploadStallMs: 100 })
    const socket = await open(proxy.port)
    socket.write(head(target, "POST /api/proxy/x", "Content-Length: 10\r\n"))
    await until("408", () => socket.text().startsWith("HTTP/1.1 408"))
    await until("nothing held", () => proxy.held.size === 0)
  })

  test("a target that takes the request and never answers", async () => {
    const target = startTarget(() => new Promise<Response>(() => undefined))
    const proxy = through(target, { headersMs: 100 })
    const response = await fetch(`${proxy.url}/api/proxy/x`, {
      headers: { "x-target-server": target.origin },
    })
    expect(response.status).toBe(504)
    await until("nothing held", () => proxy.held.size === 0)
  })

  test("500 requests of all kinds, left at random moments by either side", async () => {
    const sockets = new Set<OpenSocket>()
    const kinds = answers.map(([, , bytes]) => bytes)
    let turn = 0
    const target = await startRawTarget((socket) => {
      const bytes = kinds[turn++ % kinds.length] ?? ""
      setTimeout(() => socket.write(bytes), Math.random() * 20)
      setTimeout(() => socket.destroy(), Math.random() * 60)
    })
    const proxy = through(target)
    const one = async (i: number) => {
      const socket = await openSocket(proxy.port)
      sockets.add(socket)
      const method = ["GET", "HEAD", "POST", "DELETE"][i % 4] ?? "GET"
      const body = method === "POST" ? "Transfer-Encoding: chunked\r\n" : ""
      socket.write(head(target, `${method} /api/proxy/x`, body))
      if (body) socket.write("3\r\nabc\r\n")
      await Bun.sleep(Math.random() * 60)
      if (body) socket.write("0\r\n\r\n")
      await Bun.sleep(Math.random() * 20)
      socket.close()
    }
    for (let i = 0; i < 500; i += 50)
      await Promise.all(Array.from({ length: 50 }, (_, next) => one(i + next)))
    expect(turn).toBeGreaterThan(250)
    await until("nothing held", () => proxy.held.size === 0)
    expect(proxy.logLines.join("")).not.toMatch(/bug|could not be sent|"stack"/)
  })
})

test("300 open event streams leave room: an ordinary request is answered at once", async () => {
  const target = startTarget((request) => {
    if (!request.url.endsWith("/events")) return new Response("ok")
    const start = (controller: ReadableStreamDefaultController) => controller.enqueue("data: 1\n\n")
    return new Response(new ReadableStream({ start }), { headers: { "content-type": "text/event-stream" } })
  })
  cleanups.push(target.stop)
  const serveUi = await startServeUi({ SANDBAR_DRIVER: "none", SANDBAR_ALLOWED_TARGETS: target.origin })
  cleanups.push(serveUi.cleanup)
  const port = Number(new URL(serveUi.url).port)
  const streams = await Promise.all(Array.from({ length: 300 }, () => open(port)))
  for (const stream of streams) stream.write(head(target, "GET /api/proxy/events"))
  await until("300 streams", () => streams.every((stream) => stream.text().includes("data: 1")))
  const began = performance.now()
  const answer = await fetch(`${serveUi.url}api/proxy/x`, { headers: { "x-target-server": target.origin } })
  expect(await answer.text()).toBe("ok")
  expect(performance.now() - began).toBeLessThan(5_000)
})
