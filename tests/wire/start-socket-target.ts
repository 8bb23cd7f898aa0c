// Targets that speak WebSocket: one that keeps what it gets, one whose every byte a test writes itself.
import { createHash } from "node:crypto"
import type { Socket } from "node:net"
import { startRawTarget, type TestTarget } from "./start-target.ts"

export type Peer = Bun.ServerWebSocket<undefined>
export type Closed = { code: number; reason: string }

export type SocketTarget = TestTarget & {
  handshakes: { path: string; headers: Headers }[]
  received: (string | Uint8Array)[]
  peers: Peer[]
  closed: Promise<Closed>
  pings: number
}

export type SocketTargetOptions = {
  /** Which of the offered subprotocols; none when it is left out. */
  protocol?: string
  tls?: { cert: string; key: string }
  /** How many bytes it keeps for a client that does not read. */
  mostWaiting?: number
  onOpen?: (peer: Peer) => void
  onMessage?: (peer: Peer, message: string | Buffer) => void
}

export function startSocketTarget(options: SocketTargetOptions = {}): SocketTarget {
  const closed = Promise.withResolvers<Closed>()
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...(options.tls ? { tls: options.tls } : {}),
    fetch(request, connection) {
      target.handshakes.push({
        path: request.url.slice(new URL(request.url).origin.length),
        headers: new Headers(request.headers),
      })
      const headers = { "sec-websocket-protocol": options.protocol ?? "" }
      return connection.upgrade(request, { headers }) ? undefined : new Response("plain", { status: 200 })
    },
    websocket: {
      idleTimeout: 0,
      backpressureLimit: options.mostWaiting ?? 16 * 1_048_576,
      open(peer) {
        target.peers.push(peer)
        options.onOpen?.(peer)
      },
      message(peer, message) {
        target.received.push(message)
        options.onMessage?.(peer, message)
      },
      ping() {
        target.pings += 1
      },
      close: (_peer, code, reason) => closed.resolve({ code, reason }),
    },
  })
  const port = server.port ?? 0
  const target: SocketTarget = {
    origin: `http://127.0.0.1:${port}`,
    port,
    stop: () => void server.stop(true),
    handshakes: [],
    received: [],
    peers: [],
    closed: closed.promise,
    pings: 0,
  }
  return target
}

/** `script` gets the connection and the answer that would open it. */
export function startRawSocketTarget(script: (socket: Socket, opening: string) => void): Promise<TestTarget> {
  return startRawTarget((socket, request) => script(socket, openingFor(request)))
}

/** RFC 6455 §4.2.2 */
export function openingFor(request: string): string {
  const key = /^sec-websocket-key: (\S+)/im.exec(request)?.[1] ?? ""
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")
  const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`]
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`
}

/** One frame as a server sends it, unmasked (§5.2); at most 64 KiB. */
export function frame(opcode: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload)
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255]
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length]), bytes])
}

export const closeFrame = (code: number, reason = ""): Buffer =>
  frame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]))
