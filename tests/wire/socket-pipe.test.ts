// What crosses an open WebSocket, how it ends, and what happens to whoever falls silent.
import { afterEach, describe, expect, test } from "vitest"
import { makeDrain } from "../../proxy/drain.ts"
import { makeLimits } from "../../proxy/guard/limits.ts"
import { makeMetrics } from "../../proxy/metrics.ts"
import { openRaw, openThrough, type TestSocket, upgrade } from "./socket-client.ts"
import { startProxy, type TestProxy, type TestProxyOptions, testConfig } from "./start-proxy.ts"
import {
  closeFrame,
  frame,
  type SocketTarget,
  type SocketTargetOptions,
  startRawSocketTarget,
  startSocketTarget,
} from "./start-socket-target.ts"
import type { TestTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function proxyFor(target: TestTarget, options: TestProxyOptions = {}): TestProxy {
  const proxy = startProxy({ ...options, env: { SANDBAR_ALLOWED_TARGETS: target.origin, ...options.env } })
  cleanups.push(target.stop, proxy.stop)
  return proxy
}

async function connect(
  targetOptions: SocketTargetOptions = {},
  options: TestProxyOptions = {},
): Promise<TestSocket & { target: SocketTarget; proxy: TestProxy }> {
  const target = startSocketTarget(targetOptions)
  const proxy = proxyFor(target, options)
  const opened = await openThrough(proxy, { target: target.origin, path: "/pty/1/connect" })
  return { ...opened, target, proxy }
}

/** Reads a little, so many times, with a pause before each. */
async function sip(socket: Bun.WebSocket, times: number, pauseMs: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    socket.pause()
    await Bun.sleep(pauseMs)
    socket.resume()
    await Bun.sleep(1)
  }
}

async function until(what: () => boolean, ms = 5_000): Promise<void> {
  const give = performance.now() + ms
  while (!what() && performance.now() < give) await Bun.sleep(5)
  expect(what()).toBe(true)
}

describe("messages", () => {
  test("text stays text and binary stays binary, in both directions, in order", async () => {
    const { socket, got, target } = await connect({ onMessage: (peer, message) => peer.send(message) })
    const sent = ["ls\r", Buffer.from([0, 255, 10]), "", Buffer.alloc(0), "häß → 漢 🙂", Buffer.from("text?")]
    for (const message of sent) socket.send(message)
    expect(await got(sent.length)).toEqual(sent)
    expect(target.received).toEqual(sent)
  })

  test("what the target says in the same breath as its handshake comes first", async () => {
    const target = await startRawSocketTarget((connection, opening) => {
      connection.write(Buffer.concat([Buffer.from(opening), frame(1, "first"), frame(2, "second")]))
      setTimeout(() => connection.write(frame(1, "third")), 50)
    })
    const { got } = await openThrough(proxyFor(target), { target: target.origin, path: "/" })
    expect((await got(3)).map(String)).toEqual(["first", "second", "third"])
  })

  test("what the target says before it leaves arrives before its goodbye", async () => {
    const target = await startRawSocketTarget((connection, opening) => {
      connection.end(Buffer.concat([Buffer.from(opening), frame(1, "no such pty"), closeFrame(4004, "gone")]))
    })
    const { received, closed } = await openThrough(proxyFor(target), { target: target.origin, path: "/" })
    expect(await closed).toEqual({ code: 4004, reason: "gone" })
    expect(received).toEqual(["no such pty"])
  })

  test("many small ones and a large one arrive whole", async () => {
    const { socket, got } = await connect({ onMessage: (peer, message) => peer.send(message) })
    const large = Buffer.alloc(8 * 1_048_576, "abcdefg")
    for (let index = 0; index < 2_000; index += 1) socket.send(String(index))
    socket.send(large)
    const all = await got(2_001)
    expect(all.slice(0, 2_000)).toEqual(Array.from({ length: 2_000 }, (_, index) => String(index)))
    expect(Bun.hash(all[2_000] as Buffer)).toBe(Bun.hash(large))
  })

  test("large ones wait for each other when the client is slow, and none is dropped", async () => {
    const large = Buffer.alloc(12 * 1_048_576)
    const pour = (peer: Bun.ServerWebSocket<undefined>) => {
      for (let index = 0; index < 6; index += 1) peer.send(large)
    }
    const { socket, got } = await connect({ onMessage: pour, mostWaiting: 100 * 1_048_576 })
    socket.send("go")
    await sip(socket, 40, 20)
    expect((await got(6)).map((message) => message.length)).toEqual(Array(6).fill(large.length))
  })

  test("bytes and open sockets are counted", async () => {
    const limits = makeLimits(testConfig().limits)
    const counted = { to_client: 0, to_target: 0 }
    const metrics = makeMetrics(limits.counts)
    const bytes = (direction: "to_client" | "to_target", count: number) => {
      counted[direction] += count
    }
    const { socket, got } = await connect(
      { onMessage: (peer, message) => peer.send(`${message}!`) },
      { limits, metrics: { ...metrics, bytes } },
    )
    socket.send("ü")
    await got(1)
    expect(counted).toEqual({ to_target: 2, to_client: 3 })
    expect(limits.counts().sockets).toBe(1)
    socket.close()
    await until(() => limits.counts().sockets === 0)
  })
})

describe("the end", () => {
  const codes: [said: number | undefined, heard: number, reason: string][] = [
    [1000, 1000, "done"],
    [1001, 1001, ""],
    [1003, 1003, "no"],
    [1011, 1011, "broken"],
    [1013, 1013, "later"],
    [3000, 3000, "library"],
    [4999, 4999, "€".repeat(41)],
    [undefined, 1000, ""],
  ]
  test.each(codes)(
    "a client that closes with %s ends the target's side with %s",
    async (said, heard, reason) => {
      const { socket, target } = await connect()
      if (said === undefined) socket.close()
      else socket.close(said, reason)
      expect(await target.closed).toEqual({ code: heard, reason })
    },
  )

  test.each(codes)(
    "a target that closes with %s ends the client's side with %s",
    async (said, heard, reason) => {
      const target = await startRawSocketTarget((connection, opening) => {
        connection.end(Buffer.concat([Buffer.from(opening), said ? closeFrame(said, reason) : frame(8, "")]))
      })
      const { closed } = await openThrough(proxyFor(target), { target: target.origin, path: "/" })
      expect(await closed).toEqual({ code: heard, reason })
    },
  )

  test("a target that dies in the middle is an error for the client, not a clean end", async () => {
    const { target, closed } = await connect()
    target.peers[0]?.terminate()
    expect((await closed).code).toBe(1011)
  })

  test("a client that dies ends the target's side", async () => {
    const { target, socket } = await connect()
    socket.terminate()
    expect((await target.closed).code).toBe(1011)
  })

  test("what a client sent before it left arrives, although the target is slow to read it", async () => {
    let bytes = 0
    const { socket, target } = await connect({
      onOpen: (peer) => {
        peer.pause()
        setTimeout(() => peer.resume(), 500)
      },
      onMessage: (_peer, message) => {
        bytes += message.length
      },
    })
    for (let index = 0; index < 64; index += 1) socket.send(Buffer.alloc(131_072))
    socket.close(4000, "bye")
    expect(await target.closed).toEqual({ code: 4000, reason: "bye" })
    expect(bytes).toBe(64 * 131_072)
  })

  test("what a target sent before it left arrives, although the client is slow to read it", async () => {
    const send = (peer: Bun.ServerWebSocket<undefined>) => {
      for (let index = 0; index < 64; index += 1) peer.send(Buffer.alloc(131_072))
      peer.close(4000, "bye")
    }
    const { socket, received, closed } = await connect({ onMessage: send })
    socket.pause()
    socket.send("go")
    setTimeout(() => socket.resume(), 500)
    expect(await closed).toEqual({ code: 4000, reason: "bye" })
    expect(received.reduce((sum, message) => sum + message.length, 0)).toBe(64 * 131_072)
  })

  test("when Sandbar stops, both sides hear that it restarts, and no new socket opens", async () => {
    const drain = makeDrain()
    const { target, closed, proxy } = await connect({}, { drain })
    drain.begin()
    expect((await closed).code).toBe(1012)
    expect((await target.closed).code).toBe(1012)
    expect(await upgrade(proxy, { target: target.origin, path: "/" })).toMatchObject({ status: 503 })
  })
})

describe("silence", () => {
  test("both sides are pinged while nobody says anything, and stay", async () => {
    const { target, socket, got } = await connect(
      { onMessage: (peer, message) => peer.send(message) },
      { pingMs: 30 },
    )
    let pings = 0
    socket.addEventListener("ping", () => {
      pings += 1
    })
    await until(() => pings > 4 && target.pings > 4)
    socket.send("still here")
    expect(await got(1)).toEqual(["still here"])
  })

  test("a client that answers no ping is given up, and the target hears of it", async () => {
    const target = startSocketTarget()
    const client = await openRaw(proxyFor(target, { pingMs: 50 }), { target: target.origin, path: "/" })
    expect((await target.closed).code).toBe(1011)
    client.close()
  })

  test("a target that answers no ping is given up, and the client hears of it", async () => {
    const target = await startRawSocketTarget((connection, opening) => void connection.write(opening))
    const proxy = proxyFor(target, { pingMs: 50 })
    const { closed } = await openThrough(proxy, { target: target.origin, path: "/" })
    expect(await closed).toEqual({ code: 1011, reason: "The target does not answer." })
  })

  test("a client that reads nothing for a while is not taken for dead", async () => {
    const send = (peer: Bun.ServerWebSocket<undefined>) => {
      for (let index = 0; index < 64; index += 1) peer.send(Buffer.alloc(131_072))
    }
    const { socket, got } = await connect({ onMessage: send }, { pingMs: 200 })
    socket.send("go")
    // Each sip is a sign of life, although no pong comes for as long as the backlog lasts.
    await sip(socket, 20, 60)
    expect(await got(64)).toHaveLength(64)
  })
})
