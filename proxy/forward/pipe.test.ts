// What only shows when two sides move at just the wrong moments; tests/wire/socket-pipe.test.ts has the rest.
import { EventEmitter } from "node:events"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { WebSocket } from "ws"
import { type Client, makePipe } from "./pipe.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const pingMs = 1_000

/** Both sides as records of what was asked of them. */
function makeSides() {
  const calls: string[] = []
  const side = (name: string) => ({
    isPaused: false,
    ping: () => calls.push(`ping ${name}`),
    pause() {
      this.isPaused = true
    },
    resume() {
      this.isPaused = false
    },
    close: (code: number, reason: string) => calls.push(`close ${name} ${code} ${reason}`),
    terminate: () => calls.push(`cut ${name}`),
    send: () => -1,
  })
  const client = { ...side("client"), waiting: 0, getBufferedAmount: () => client.waiting }
  const flushed: (() => void)[] = []
  const upstream = Object.assign(new EventEmitter(), {
    ...side("target"),
    bufferedAmount: 0,
    send: (_message: string, done: () => void) => flushed.push(done),
  })
  const pipe = makePipe(upstream as unknown as WebSocket, {
    onBytes: () => undefined,
    onStop: () => () => undefined,
    onEnd: () => calls.push("end"),
    pingMs,
  })
  pipe.open(client as unknown as Client)
  return { pipe, client, upstream, calls, flush: () => flushed.shift()?.() }
}

describe("backpressure", () => {
  test("a target waits until all that the client has not read is gone, not some of it", () => {
    const { pipe, client, upstream } = makeSides()
    client.waiting = 16_000_000
    upstream.emit("message", Buffer.from("large"), false)
    expect(upstream.isPaused).toBe(true)
    client.waiting = 8_000_000
    pipe.drain()
    expect(upstream.isPaused).toBe(true)
    client.waiting = 0
    pipe.drain()
    expect(upstream.isPaused).toBe(false)
  })

  test("a held connection: a target that was held back when its client left hears the goodbye", () => {
    const { pipe, client, upstream } = makeSides()
    client.waiting = 16_000_000
    upstream.emit("message", Buffer.from("large"), false)
    pipe.end(1006, "")
    expect(upstream.isPaused).toBe(false)
  })

  test("a client waits while the target has much to read, and goes on when it has read it", () => {
    const { pipe, client, upstream, flush } = makeSides()
    upstream.bufferedAmount = 2_000_000
    pipe.message("paste")
    pipe.message("more")
    expect(client.isPaused).toBe(true)
    flush()
    expect(client.isPaused).toBe(true)
    upstream.bufferedAmount = 0
    flush()
    expect(client.isPaused).toBe(false)
  })
})

describe("silence", () => {
  test("a client that reads slowly is alive as long as it reads, although no pong gets through", () => {
    const { pipe, upstream, calls } = makeSides()
    for (let beat = 0; beat < 10; beat += 1) {
      pipe.drain()
      upstream.emit("pong")
      vi.advanceTimersByTime(pingMs)
    }
    expect(calls).not.toContain("end")
  })

  test("a side that we do not read from is neither asked nor given up", () => {
    const { pipe, upstream, calls } = makeSides()
    upstream.pause()
    for (let beat = 0; beat < 10; beat += 1) {
      pipe.pong()
      vi.advanceTimersByTime(pingMs)
    }
    expect(new Set(calls)).toEqual(new Set(["ping client"]))
  })

  test("after the end nobody is pinged and nothing is said twice", () => {
    const { pipe, upstream, calls } = makeSides()
    upstream.emit("close", 1006, Buffer.alloc(0))
    pipe.end(1000, "again")
    upstream.emit("message", Buffer.from("late"), false)
    vi.advanceTimersByTime(10 * pingMs)
    expect(calls).toEqual(["end", "close client 1011 ", "close target 1011 "])
  })
})

test("a reason that is too long for a frame is cut between two characters", () => {
  const { pipe, calls } = makeSides()
  pipe.end(4000, `1${"€".repeat(100)}`)
  expect(calls).toContain(`close client 4000 1${"€".repeat(40)}`)
})

test("sent codes: what nobody may send becomes an error, what anybody may stays", () => {
  for (const [code, sent] of [
    [1005, 1000],
    [1004, 1011],
    [1006, 1011],
    [1015, 1011],
    [0, 1011],
    [2999, 1011],
    [5000, 1011],
    [1014, 1014],
    [3000, 3000],
  ] as const) {
    const { pipe, calls } = makeSides()
    pipe.end(code, "")
    expect(calls).toContain(`close target ${sent} `)
  }
})

describe("peers that take more than their share", () => {
  test("starvation: thousands of tiny messages in one turn end the connection, on both sides at once", () => {
    for (const flood of [
      ({ upstream }: ReturnType<typeof makeSides>) => upstream.emit("message", Buffer.from("x"), false),
      ({ upstream }: ReturnType<typeof makeSides>) => upstream.emit("ping"),
      ({ pipe }: ReturnType<typeof makeSides>) => pipe.message("x"),
    ]) {
      const sides = makeSides()
      for (let count = 0; count < 10_000; count++) flood(sides)
      expect(sides.calls).not.toContain("cut target")
      flood(sides)
      expect(sides.calls).toEqual(expect.arrayContaining(["end", "cut client", "cut target"]))
    }
  })

  test("held memory: a client that answers pings and reads nothing is cut off, one that reads slowly is not", () => {
    const { pipe, client, upstream, calls } = makeSides()
    client.waiting = 8_000_000
    for (let beats = 0; beats < 10; beats++) {
      vi.advanceTimersByTime(pingMs)
      pipe.pong()
      upstream.emit("pong")
      pipe.drain()
    }
    expect(calls).not.toContain("cut client")
    for (let beats = 0; beats < 3; beats++) {
      vi.advanceTimersByTime(pingMs)
      pipe.pong()
      upstream.emit("pong")
    }
    expect(calls).toContain("cut client")
  })
})
