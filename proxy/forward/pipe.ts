// A browser's WebSocket and the target's beside it: every message on, in order, at the pace of whoever reads it.
import type { WebSocket } from "ws"
import type { Drain } from "../drain.ts"
import type { Direction } from "../metrics.ts"
import { mostMessageBytes } from "./socket.ts"

export type Client = Bun.ServerWebSocket<Pipe>
type Message = string | Buffer<ArrayBuffer>

export type PipeOptions = {
  onBytes: (direction: Direction, count: number) => void
  /** For every message from the browser. */
  onInput?: (message: Message) => void
  onStop: Drain["onStop"]
  /** Called once. */
  onEnd: () => void
  pingMs?: number
}

/** What Bun's server tells one pipe about its client. */
export type Pipe = {
  open: (client: Client) => void
  message: (message: Message) => void
  drain: () => void
  pong: () => void
  /** Ends both sides. Any code that either of them was closed with, also those that nobody may send. */
  end: (code: number, reason: string) => void
}

const mostWaiting = 1_048_576
const mostInTurn = 10_000

/** `upstream` is open and paused; it flows from the moment on that the client is there. */
export function makePipe(upstream: WebSocket, options: PipeOptions): Pipe {
  const { onBytes, onInput, onStop, onEnd, pingMs = 30_000 } = options
  const unanswered = { client: 0, target: 0 }
  let client: Client | undefined
  let beats: Timer | undefined
  let forget: (() => void) | undefined
  let inTurn = 0
  let stuckFor = 0
  let ending: [code: number, reason: string] | undefined

  function end(code: number, reason: string): void {
    if (ending) return
    ending = [sendable(code), fitting(reason)]
    clearInterval(beats)
    forget?.()
    onEnd()
    // Bun still sends what waits, and in time cuts off a side that does not close by itself.
    client?.close(...ending)
    upstream.close(...ending)
    // A side that nobody reads from would never hear the other's goodbye.
    upstream.resume()
  }

  /** Nobody who was asked twice stays silent. A side that we do not read from cannot be heard. */
  function beat(): void {
    // It may answer pings and read nothing: what waits for it is memory of ours.
    stuckFor = client && client.getBufferedAmount() > 0 ? stuckFor + 1 : 0
    if (stuckFor > 2) cutOff("The client reads nothing.")
    if (ending) return
    const sides = [
      ["client", client],
      ["target", upstream],
    ] as const
    for (const [side, socket] of sides) {
      if (socket === undefined || socket.isPaused) continue
      if (unanswered[side] > 1) end(1011, `The ${side} does not answer.`)
      else socket.ping()
      unanswered[side] += 1
    }
  }

  /** Small frames cost us far more than whoever sends them: thousands at once are everybody else's time. */
  function isFlood(): boolean {
    if (inTurn === 0)
      setImmediate(() => {
        inTurn = 0
      })
    inTurn += 1
    if (inTurn > mostInTurn) cutOff("Too many messages at once.")
    return inTurn > mostInTurn
  }

  /** After a polite close, Bun would go on reading what comes. */
  function cutOff(reason: string): void {
    end(1008, reason)
    client?.terminate()
    upstream.terminate()
  }

  upstream.on("ping", isFlood)
  upstream.on("message", (data, isBinary) => {
    unanswered.target = 0
    if (ending || isFlood()) return
    onBytes("to_client", data.length)
    if (client?.send(isBinary ? data : data.toString()) === -1) upstream.pause()
  })
  upstream.on("pong", () => {
    unanswered.target = 0
  })
  upstream.on("error", ({ code }) => {
    if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") end(1009, "The server's message is too big.")
  })
  upstream.on("close", (code, reason) => end(code, reason.toString()))
  forget = onStop(() => end(1012, "Sandbar is restarting. Connect again."))

  const letClientGoOn = () => {
    if (upstream.bufferedAmount === 0) client?.resume()
  }

  return {
    open(opened) {
      client = opened
      if (ending) return opened.close(...ending)
      beats = setInterval(beat, pingMs)
      upstream.resume()
    },
    message(message) {
      unanswered.client = 0
      if (ending || isFlood()) return
      onBytes("to_target", Buffer.byteLength(message))
      onInput?.(message)
      upstream.send(message, letClientGoOn)
      if (upstream.bufferedAmount > mostWaiting) client?.pause()
    },
    drain() {
      unanswered.client = 0
      stuckFor = 0
      // Some room is not enough: each time, as much again would come in as goes out.
      if (client?.getBufferedAmount() === 0) upstream.resume()
    },
    pong() {
      unanswered.client = 0
    },
    end,
  }
}

/** For Bun.serve; every connection brings its pipe along as `data`. */
export const pipeHandlers: Bun.WebSocketHandler<Pipe> = {
  perMessageDeflate: false,
  // Bun answers a larger one with 1009.
  maxPayloadLength: mostMessageBytes,
  // By default Bun drops what goes beyond, without a word.
  backpressureLimit: 2 * mostMessageBytes,
  closeOnBackpressureLimit: true,
  // Pipes ping both sides by themselves, often enough for gateways that end a silent connection after a minute.
  idleTimeout: 0,
  sendPings: false,
  open: (client) => client.data.open(client),
  message: (client, message) => client.data.message(message),
  drain: (client) => client.data.drain(),
  pong: (client) => client.data.pong(),
  close: (client, code, reason) => client.data.end(code, reason),
}

/** RFC 6455 §7.4: some codes are only ever reported, never sent; `WebSocket.close` throws on them. */
function sendable(code: number): number {
  if (code === 1005) return 1000
  const allowed =
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1006) || (code >= 3000 && code <= 4999)
  return allowed ? code : 1011
}

/** At most 123 bytes (§5.5), without half a character at the end. */
function fitting(reason: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(reason).subarray(0, 123), { stream: true })
}
