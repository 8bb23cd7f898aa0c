// Who gets a ticket, and whom the upgrade lets in with one. Statuses are read from the wire: browsers hide them.
import { afterEach, describe, expect, test } from "vitest"
import { makeTickets, ticketKeyBytes } from "../../proxy/guard/ticket.ts"
import { makeManagedServers } from "../../proxy/sandboxes/managed.ts"
import { askForTicket, openThrough, ticketFor, upgrade } from "./socket-client.ts"
import { startProxy, type TestProxy, type TestProxyOptions } from "./start-proxy.ts"
import { type SocketTarget, type SocketTargetOptions, startSocketTarget } from "./start-socket-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function start(
  options: TestProxyOptions = {},
  targetOptions: SocketTargetOptions = {},
): { proxy: TestProxy; target: SocketTarget } {
  const target = startSocketTarget(targetOptions)
  const proxy = startProxy({ ...options, env: { SANDBAR_ALLOWED_TARGETS: target.origin, ...options.env } })
  cleanups.push(target.stop, proxy.stop)
  return { proxy, target }
}

const path = "/pty/1/connect?cursor=0&directory=%2Fp%20q"
const gateway = { SANDBAR_IDENTITY: "header:kubeflow-userid", SANDBAR_TRUSTED_PROXIES: "127.0.0.0/8" }

describe("a ticket", () => {
  test("is an answer that nobody may keep, and says how long it lasts", async () => {
    const { proxy, target } = start()
    const answer = await askForTicket(proxy, { target: target.origin, path })
    expect(answer.status).toBe(200)
    expect(answer.headers.get("cache-control")).toBe("no-store")
    expect(await answer.json()).toEqual({ ticket: expect.any(String), expiresIn: 30 })
  })

  test("opens a WebSocket to its target, with path and query as they were asked for", async () => {
    const { proxy, target } = start()
    const { socket } = await openThrough(proxy, { target: target.origin, path })
    expect(target.handshakes.map((each) => each.path)).toEqual([path])
    expect(socket.extensions).toBe("")
  })

  test("is refused for a server that is not allowed, or not there, before anybody tries to connect", async () => {
    const { proxy, target } = start()
    const forbidden = await askForTicket(proxy, { target: "http://127.0.0.1:9", path })
    expect([forbidden.status, await forbidden.json()]).toMatchObject([403, { code: "target.forbidden" }])
    target.stop()
    const gone = await askForTicket(proxy, { target: target.origin, path })
    expect([gone.status, await gone.json()]).toMatchObject([502, { code: "target.unreachable" }])
  })

  test.each([
    ["no JSON", "path=/x", 400],
    ["no path", "{}", 400],
    ["a path that is none", '{"path":"@evil/x"}', 400],
    ["another type", '{"path":["/x"]}', 400],
    ["too much", JSON.stringify({ path: `/${"x".repeat(5_000)}` }), 413],
  ])("is refused for a body with %s", async (_name, body, status) => {
    const { proxy, target } = start()
    const headers = { "x-target-server": target.origin }
    const send = (more: BunFetchRequestInit) =>
      fetch(`${proxy.url}/api/proxy/ticket`, { method: "POST", headers, ...more })
    expect((await send({ body })).status).toBe(status)
    expect((await send({ body: new Blob([body]).stream() })).status).toBe(status)
  })

  test("is not given without end", async () => {
    const { proxy, target } = start({ env: { SANDBAR_LIMITS: "rate=4" } })
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => askForTicket(proxy, { target: target.origin, path })),
    )
    const refused = answers.filter((answer) => answer.status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0)
  })
})

describe("cross-site WebSocket hijacking", () => {
  const attempts: [string, Record<string, string>][] = [
    ["a foreign page", { Origin: "https://evil.example" }],
    ["a page in a sandboxed frame", { Origin: "null" }],
    ["our name with another port", { Origin: "http://127.0.0.1:1" }],
    ["a name that begins with ours", { Origin: "http://127.0.0.1.evil.example" }],
    ["a program that leaves the origin out", { Origin: "" }],
    ["a foreign page that a browser marks", { "Sec-Fetch-Site": "cross-site" }],
    ["a page of a neighbouring subdomain", { "Sec-Fetch-Site": "same-site" }],
  ]
  test.each(attempts)("%s is refused even with a good ticket", async (_name, headers) => {
    const { proxy, target } = start()
    const answer = await upgrade(proxy, { target: target.origin, path }, { headers })
    expect([answer.status, answer.code]).toEqual([403, "request.cross-site"])
    expect(target.handshakes).toEqual([])
  })

  test("a foreign page gets no ticket either", async () => {
    const { proxy, target } = start()
    const headers = { origin: "https://evil.example" }
    const answer = await askForTicket(proxy, { target: target.origin, path, headers })
    expect(answer.status).toBe(403)
  })

  test("what browsers say about their own WebSockets is let in", async () => {
    const { proxy, target } = start()
    for (const dest of ["websocket", "empty"]) {
      const headers = {
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "websocket",
        "Sec-Fetch-Dest": dest,
      }
      expect((await upgrade(proxy, { target: target.origin, path }, { headers })).status).toBe(101)
    }
  })
})

describe("stolen ticket", () => {
  const wrong = { status: 403, code: "ticket.invalid" }

  test("it opens one connection", async () => {
    const { proxy, target } = start()
    const wish = { target: target.origin, path }
    const ticket = await ticketFor(proxy, wish)
    expect((await upgrade(proxy, wish, { ticket })).status).toBe(101)
    expect(await upgrade(proxy, wish, { ticket })).toMatchObject(wrong)
    expect(target.handshakes).toHaveLength(1)
  })

  test("it is worthless half a minute later", async () => {
    let now = Date.now()
    const tickets = makeTickets(new Uint8Array(ticketKeyBytes), () => now)
    const { proxy, target } = start({ tickets })
    const wish = { target: target.origin, path }
    const ticket = await ticketFor(proxy, wish)
    now += 31_000
    expect(await upgrade(proxy, wish, { ticket })).toMatchObject(wrong)
  })

  test("it leads to no other server and no other path", async () => {
    const other = startSocketTarget()
    cleanups.push(other.stop)
    const target = startSocketTarget()
    cleanups.push(target.stop)
    const { proxy } = start({ env: { SANDBAR_ALLOWED_TARGETS: `${target.origin},${other.origin}` } })
    const ticket = await ticketFor(proxy, { target: target.origin, path })
    for (const wish of [
      { target: other.origin, path },
      { target: target.origin, path: "/pty/2/connect?cursor=0&directory=%2Fp%20q" },
      { target: target.origin, path: `${path}&more=1` },
      { target: target.origin, path: "/pty/1/connect?cursor=0&directory=/p%20q" },
    ])
      expect(await upgrade(proxy, wish, { ticket })).toMatchObject(wrong)
    expect([...target.handshakes, ...other.handshakes]).toEqual([])
  })

  test("without the name of its server it opens nothing", async () => {
    const { proxy, target } = start()
    const ticket = await ticketFor(proxy, { target: target.origin, path })
    expect(await upgrade(proxy, { target: "", path }, { ticket })).toMatchObject(wrong)
    expect(target.handshakes).toEqual([])
  })

  test("it opens nothing for another person", async () => {
    const { proxy, target } = start({ env: gateway })
    const as = (user: string) => ({ target: target.origin, path, headers: { "kubeflow-userid": user } })
    const ticket = await ticketFor(proxy, as("ann"))
    expect(await upgrade(proxy, as("bob"), { ticket, ...as("bob") })).toMatchObject(wrong)
    expect((await upgrade(proxy, as("ann"), { ticket, ...as("ann") })).status).toBe(101)
  })

  test("another installation's is refused, another replica's is not", async () => {
    const { proxy, target } = start()
    const wish = { target: target.origin, path }
    const replica = makeTickets(new Uint8Array(ticketKeyBytes))
    const stranger = makeTickets(new Uint8Array(ticketKeyBytes).fill(1))
    const sealed = { ...wish, user: null, authorization: undefined }
    expect(await upgrade(proxy, wish, { ticket: await stranger.give(sealed) })).toMatchObject(wrong)
    expect((await upgrade(proxy, wish, { ticket: await replica.give(sealed) })).status).toBe(101)
  })

  test("it does not survive that its server is taken off the list", async () => {
    const { proxy, target } = start({ env: { SANDBAR_ALLOWED_TARGETS: "http://127.0.0.1:9" } })
    const wish = { target: target.origin, path }
    const earlier = makeTickets(new Uint8Array(ticketKeyBytes))
    const ticket = await earlier.give({ ...wish, user: null, authorization: undefined })
    expect(await upgrade(proxy, wish, { ticket })).toMatchObject({ status: 403, code: "target.forbidden" })
  })

  test("no log line has it", async () => {
    const { proxy, target } = start()
    const ticket = await ticketFor(proxy, { target: target.origin, path })
    await upgrade(proxy, { target: target.origin, path }, { ticket })
    expect(proxy.logLines.join("")).toContain('"status":101')
    expect(proxy.logLines.join("")).not.toContain(ticket)
    expect(proxy.logLines.join("")).not.toContain("directory")
  })
})

describe("what the target sees", () => {
  test("stolen session: cookies, origin, identity and the ticket stay here; its own password arrives", async () => {
    const { proxy, target } = start({ env: gateway })
    const headers = {
      "kubeflow-userid": "ann",
      cookie: "session=1",
      authorization: "Bearer gateway",
      "x-forwarded-for": "10.0.0.1",
      "x-request-id": "id-1",
    }
    const authorization = "Basic b3BlbmNvZGU6cHc="
    await openThrough(proxy, { target: target.origin, path, authorization, headers })
    const [seen] = target.handshakes
    expect(Object.fromEntries(seen?.headers ?? [])).toEqual({
      host: target.origin.slice("http://".length),
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": expect.any(String),
      authorization,
      "accept-encoding": "identity",
      via: "1.1 sandbar-test",
      "x-request-id": "id-1",
    })
    expect(seen?.path).toBe(path)
  })

  test("the subprotocol that it chooses is the browser's", async () => {
    const { proxy, target } = start({}, { protocol: "b" })
    const { socket } = await openThrough(proxy, { target: target.origin, path }, ["a", "b"])
    expect(socket.protocol).toBe("b")
    expect(target.handshakes[0]?.headers.get("sec-websocket-protocol")).toMatch(/^a, ?b$/)
  })

  test("where it chooses none of those that are offered, nothing opens: browsers would not take it either", async () => {
    const { proxy, target } = start()
    const headers = { "Sec-WebSocket-Protocol": "a, b" }
    const answer = await upgrade(proxy, { target: target.origin, path }, { headers })
    expect([answer.status, answer.code]).toEqual([502, "target.upgrade"])
  })

  test("the embedded server gets its own password, under the name that never changes", async () => {
    const target = startSocketTarget()
    const authorization = "Basic ZW1iZWRkZWQ="
    const ready = () => ({ is: "ready" as const, port: target.port, authorization })
    const proxy = startProxy({ managed: makeManagedServers({ local: ready }) })
    cleanups.push(target.stop, proxy.stop)
    await openThrough(proxy, { target: "http://local", path, authorization: "Basic Z3Vlc3M=" })
    expect(target.handshakes[0]?.headers.get("authorization")).toBe(authorization)
  })
})

describe("an upgrade that is none", () => {
  test.each([
    ["h2c", { Upgrade: "h2c" }, 400],
    ["two protocols", { Upgrade: "websocket, h2c" }, 400],
    ["no key", { "Sec-WebSocket-Key": "" }, 400],
    ["an old version", { "Sec-WebSocket-Version": "8" }, 426],
    ["subprotocols that are no names", { "Sec-WebSocket-Protocol": "a,,b c" }, 400],
  ])("smuggling: %s opens no tunnel", async (_name, headers, status) => {
    const { proxy, target } = start()
    const answer = await upgrade(proxy, { target: target.origin, path }, { headers })
    expect(answer.status).toBe(status)
    for (const peer of target.peers) expect(peer.readyState).not.toBe(WebSocket.OPEN)
  })

  test("loop: a socket that came from here already is refused", async () => {
    const { proxy, target } = start()
    const headers = { Via: "1.1 sandbar-test" }
    expect((await upgrade(proxy, { target: target.origin, path }, { headers })).status).toBe(508)
  })

  test("too many sockets of one client are refused with the reason, and a closed one makes room", async () => {
    const { proxy, target } = start({ env: { SANDBAR_LIMITS: "client-sockets=1" } })
    const wish = { target: target.origin, path }
    // One that the target refuses is none.
    const headers = { "Sec-WebSocket-Protocol": "unknown" }
    expect((await upgrade(proxy, wish, { headers })).status).toBe(502)
    const first = await openThrough(proxy, wish)
    expect(await upgrade(proxy, wish)).toMatchObject({ status: 429, code: "limit.client" })
    first.socket.close(1000)
    await first.closed
    expect((await upgrade(proxy, wish)).status).toBe(101)
  })

  test("request splitting: whatever stands in the path, it ends up in the path", async () => {
    const { proxy, target } = start()
    for (const odd of ["//evil.example/x", "/@evil.example/x", "/x%0d%0aX-I:1?y=%23"]) {
      expect((await upgrade(proxy, { target: target.origin, path: odd })).status).toBe(101)
    }
    const seen = target.handshakes.map((each) => each.path)
    expect(seen).toEqual(["//evil.example/x", "/@evil.example/x", "/x%0d%0aX-I:1?y=%23"])
  })
})
