// Peers that break the protocol, at either side. The proxy is a process of its own: none of this may end it, or
// reach the handler for exceptions that nobody caught.
import type { Socket } from "node:net"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { openRaw, openThrough, upgrade } from "./socket-client.ts"
import { startProxy } from "./start-proxy.ts"
import { type ServeUi, startServeUi } from "./start-serve-ui.ts"
import {
  closeFrame,
  frame,
  openingFor,
  type SocketTarget,
  startRawSocketTarget,
  startSocketTarget,
} from "./start-socket-target.ts"
import { startRawTarget, type TestTarget } from "./start-target.ts"

let serveUi: ServeUi
let proxy: { url: string; port: number }
let raw: TestTarget
let polite: SocketTarget
let script: (connection: Socket, opening: string) => void

beforeAll(async () => {
  raw = await startRawSocketTarget((connection, opening) => script(connection, opening))
  polite = startSocketTarget({ onMessage: (peer, message) => peer.send(message) })
  serveUi = await startServeUi({
    SANDBAR_DRIVER: "none",
    SANDBAR_ALLOWED_TARGETS: `${raw.origin},${polite.origin}`,
  })
  proxy = { url: serveUi.url.slice(0, -1), port: Number(new URL(serveUi.url).port) }
})
afterAll(async () => {
  await serveUi.cleanup()
  raw.stop()
  polite.stop()
})

const wish = () => ({ target: raw.origin, path: "/pty/1/connect" })
const toPolite = () => ({ target: polite.origin, path: "/pty/1/connect" })

afterEach(async () => {
  const { socket, got } = await openThrough(proxy, toPolite())
  socket.send("alive?")
  expect(await got(1)).toEqual(["alive?"])
  socket.close()
  expect(serveUi.child.exitCode).toBeNull()
  expect(serveUi.stderr()).not.toMatch(/uncaught|unhandled|\bat .+\.ts:\d+/)
})

describe("a target that does not open a WebSocket", () => {
  const plain = (status: string) => `HTTP/1.1 ${status}\r\ncontent-length: 2\r\n\r\nok`
  const switching = "HTTP/1.1 101 Switching Protocols\r\n"
  const refusals: [what: string, script: (connection: Socket, opening: string) => void, code: string][] = [
    ["answers 200", (connection) => connection.end(plain("200 OK")), "target.upgrade"],
    ["wants a password", (connection) => connection.end(plain("401 Unauthorized")), "target.upgrade"],
    [
      "redirects",
      (connection) => connection.end(plain("302 F\r\nlocation: http://127.0.0.1:1/")),
      "target.upgrade",
    ],
    ["has an impossible status", (connection) => connection.end(plain("099 Odd")), "target.upgrade"],
    ["does not speak HTTP", (connection) => connection.end("SSH-2.0-OpenSSH\r\n\r\n"), "target.invalid"],
    ["switches without a word", (connection) => connection.write(`${switching}\r\n`), "target.upgrade"],
    ["has the wrong proof", (connection) => connection.write(openingFor("")), "target.upgrade"],
    [
      "chooses what nobody offered",
      (connection, opening) =>
        connection.write(opening.replace("Upgrade\r\n", "Upgrade\r\nSec-WebSocket-Protocol: x\r\n")),
      "target.upgrade",
    ],
    [
      "compresses although nobody offered to",
      (connection, opening) =>
        connection.write(
          opening.replace("Upgrade\r\n", "Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"),
        ),
      "target.upgrade",
    ],
    [
      "has no end of headers",
      (connection) => connection.write(`${switching}x: ${"x".repeat(200_000)}\r\n`),
      "target.upgrade",
    ],
    ["closes at once", (connection) => connection.destroy(), "target.unreachable"],
    ["resets at once", (connection) => connection.resetAndDestroy(), "target.unreachable"],
  ]
  test.each(refusals)("and %s is a 502 with a reason", async (_what, act, code) => {
    script = act
    expect(await upgrade(proxy, wish())).toMatchObject({ status: 502, code })
  })

  test("and never answers is a 504, and its connection is closed", async () => {
    const closed = Promise.withResolvers<void>()
    const silent = await startRawTarget((connection) => connection.once("close", () => closed.resolve()))
    const inProcess = startProxy({ connectMs: 100, env: { SANDBAR_ALLOWED_TARGETS: silent.origin } })
    const answer = await upgrade(inProcess, { target: silent.origin, path: "/" })
    expect(answer).toMatchObject({ status: 504, code: "target.timeout" })
    await closed.promise
    await inProcess.stop()
    silent.stop()
  })

  // Well before our own deadline of ten seconds.
  test("and never answers is let go when the client leaves before", { timeout: 6_000 }, async () => {
    const closed = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    script = (connection) => {
      connection.once("close", () => closed.resolve())
      arrived.resolve()
    }
    const opening = openRaw(proxy, wish(), arrived.promise)
    await expect(opening).rejects.toThrow()
    await closed.promise
  })
})

describe("a target that breaks the protocol", () => {
  const breaks: [what: string, bytes: Buffer][] = [
    ["garbage", Buffer.from("\xff\xff\xff\xff garbage", "latin1")],
    ["a masked frame", Buffer.from([0x81, 0x82, 1, 2, 3, 4, 5, 6])],
    ["text that is no UTF-8", frame(1, Buffer.from([0xff, 0xfe]))],
    ["a reserved opcode", frame(3, "x")],
    ["compressed bytes", Buffer.from([0xc1, 1, 0])],
    ["a long ping", frame(9, Buffer.alloc(200))],
    ["a code that is never sent", closeFrame(1006)],
    ["a code from nowhere", closeFrame(5_000)],
    ["a code of nought", closeFrame(0)],
    ["half a code", frame(8, Buffer.from([3]))],
    ["a reason that is no UTF-8", frame(8, Buffer.from([3, 0xe8, 0xff]))],
    ["half a frame and its end", Buffer.from([0x82, 100, 1, 2])],
  ]
  test.each(breaks)("with %s: the client hears that something broke", async (what, bytes) => {
    script = (connection, opening) => {
      connection.write(Buffer.concat([Buffer.from(opening), frame(1, "first"), bytes]))
      if (what.includes("its end")) connection.end()
    }
    const { closed, received } = await openThrough(proxy, wish())
    expect((await closed).code).toBe(1011)
    expect(received).toEqual(["first"])
  })

  test("with a reset in the middle: the client hears that something broke", async () => {
    script = (connection, opening) => {
      connection.write(opening)
      setTimeout(() => connection.resetAndDestroy(), 50)
    }
    const { closed } = await openThrough(proxy, wish())
    expect((await closed).code).toBe(1011)
  })

  test("with a message of more than 16 MiB: both sides end as too big, and nothing of it is stored", async () => {
    // Only the beginning: whoever waited for the rest would wait, and store, for as long as the target likes.
    script = (connection, opening) => {
      const length = Buffer.alloc(10)
      length.set([0x82, 127])
      length.writeBigUInt64BE(17n * 1_048_576n, 2)
      connection.write(Buffer.concat([Buffer.from(opening), length, Buffer.alloc(1_000)]))
    }
    const { closed } = await openThrough(proxy, wish())
    expect(await closed).toEqual({ code: 1009, reason: "The server's message is too big." })
  })

  test("with a frame of a terabyte: it ends as too big", async () => {
    script = (connection, opening) =>
      connection.write(
        Buffer.concat([Buffer.from(opening), Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3])]),
      )
    const { closed } = await openThrough(proxy, wish())
    expect((await closed).code).toBe(1009)
  })

  test("with one message in pieces without end: it ends as too big", async () => {
    script = (connection, opening) => {
      const piece = (opcode: number) =>
        Buffer.concat([Buffer.from([opcode, 126, 0xff, 0xff]), Buffer.alloc(65_535)])
      const pour = () => {
        while (connection.write(piece(0)));
      }
      connection.write(Buffer.concat([Buffer.from(opening), piece(2)]))
      connection.on("drain", pour)
      pour()
    }
    const { closed } = await openThrough(proxy, wish())
    expect((await closed).code).toBe(1009)
  })
})

describe("a client that breaks the protocol", () => {
  const masked = (opcode: number, payload: Uint8Array) =>
    Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload])
  const breaks: [what: string, bytes: Buffer][] = [
    ["garbage", Buffer.from("garbage garbage garbage")],
    ["a frame without a mask", Buffer.from([0x81, 1, 65])],
    ["text that is no UTF-8", masked(1, Buffer.from([0xff, 0xfe]))],
    ["compressed bytes", Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 1])],
    ["a code that is never sent", masked(8, Buffer.from([3, 0xee]))],
    ["a code from nowhere", masked(8, Buffer.from([0x13, 0x88]))],
    ["half a code", masked(8, Buffer.from([3]))],
    [
      "a reason that is no UTF-8",
      masked(8, Buffer.concat([Buffer.from([3, 0xe8]), Buffer.alloc(120, 0xff)])),
    ],
    ["a frame of a terabyte", Buffer.from([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])],
    ["half a frame and its end", Buffer.from([0x82, 0xe4, 0, 0, 0, 0, 1])],
  ]
  test.each(breaks)("with %s: the target's side ends too", async (what, bytes) => {
    const ended = Promise.withResolvers<void>()
    script = (connection, opening) => {
      connection.write(opening)
      // A close frame of whatever code.
      connection.on("data", (data) => {
        if (data[0] === 0x88) ended.resolve()
      })
      connection.once("close", () => ended.resolve())
    }
    const client = await openRaw(proxy, wish())
    client.write(bytes)
    if (what.includes("its end")) client.close()
    await ended.promise
    client.close()
  })

  test("with frames before the handshake is answered: nothing opens", async () => {
    const before = polite.peers.length
    const answer = await upgrade(proxy, toPolite(), { after: masked(1, Buffer.from("early")) })
    expect(answer.status).not.toBe(101)
    for (const peer of polite.peers.slice(before)) expect(peer.readyState).not.toBe(WebSocket.OPEN)
  })
})
