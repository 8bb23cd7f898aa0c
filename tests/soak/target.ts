// The far end of a soak: sends seeded bytes, hashes what it gets, echoes sockets, and breaks off when it is told to.
import { createServer, type Server, type Socket } from "node:net"
import { makeHttpReader } from "../bench/http-reader.ts"
import { knownBytes } from "../bench/known-bytes.ts"
import { type Check, makeCheck, streamStart } from "./seeded-stream.ts"
import { readWish, type Wish } from "./wish.ts"

/** Exchanges that have begun and not ended, and what is open. */
export type TargetCounts = { exchanges: number; connections: number; sockets: number }

export function startSoakTarget(httpPort: number, socketPort: number): Server {
  const counts = { exchanges: 0, connections: 0 }
  startEcho(socketPort, counts)
  return createServer((socket) => meet(socket, counts)).listen(httpPort, "127.0.0.1")
}

function startEcho(port: number, counts: Omit<TargetCounts, "sockets">): void {
  Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 0,
    fetch(request, server) {
      if (new URL(request.url).pathname === "/counts")
        return Response.json({ ...counts, sockets: server.pendingWebSockets } satisfies TargetCounts)
      return server.upgrade(request) ? undefined : new Response(null, { status: 400 })
    },
    websocket: {
      perMessageDeflate: false,
      idleTimeout: 0,
      message: (socket, message) => void socket.send(message),
    },
  })
}

type Exchange = { wish: Wish; check: Check; isOver: boolean }

function meet(socket: Socket, counts: Omit<TargetCounts, "sockets">): void {
  let current: Exchange | undefined
  counts.connections++
  const settle = (exchange: Exchange | undefined) => {
    if (!exchange || exchange.isOver) return
    exchange.isOver = true
    counts.exchanges--
  }
  socket.on("error", () => socket.destroy())
  socket.on("close", () => {
    counts.connections--
    settle(current)
  })
  const read = makeHttpReader({
    onHead(head) {
      const wish = readWish(head.split(" ")[1] ?? "")
      current = { wish, check: makeCheck(wish.seed), isOver: false }
      counts.exchanges++
    },
    onBody(bytes) {
      if (!current) return
      const { wish, check } = current
      check.add(bytes)
      if (check.received() >= (wish.cut ?? Number.POSITIVE_INFINITY)) breakOff(socket, wish)
    },
    onEnd() {
      const exchange = current
      // The next request may arrive before our own bookkeeping is done with this one.
      if (exchange) void answer(socket, exchange).then(() => settle(exchange))
    },
  })
  socket.on("data", read)
}

async function answer(socket: Socket, { wish, check }: Exchange): Promise<void> {
  if (wish.kind === "up") {
    const text = JSON.stringify({ received: check.received(), digest: check.digest() })
    await send(socket, `${head("application/json", `Content-Length: ${text.length}`)}${text}`)
    return
  }
  const isEvents = wish.kind === "events"
  const chunked = isEvents || wish.framing === "chunked"
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${wish.bytes}`
  await send(socket, head(isEvents ? "text/event-stream" : "application/octet-stream", framing))
  const until = Math.min(wish.cut ?? wish.bytes, wish.bytes)
  const most = isEvents ? 100 : 65_536
  for (let sent = 0; sent < until && !socket.destroyed; ) {
    const piece = knownBytes.at(streamStart(wish.seed) + sent, Math.min(most, until - sent))
    await send(socket, chunked ? chunk(piece) : piece)
    sent += piece.length
    if (wish.pauseMs > 0) await Bun.sleep(wish.pauseMs)
  }
  if (wish.cut !== undefined) breakOff(socket, wish)
  else if (chunked) await send(socket, "0\r\n\r\n")
}

function head(type: string, framing: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${framing}\r\n\r\n`
}

function chunk(piece: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")])
}

function breakOff(socket: Socket, wish: Wish): void {
  if (wish.cutBy === "reset") socket.resetAndDestroy()
  else socket.destroy()
}

/** At the pace of whoever reads; a peer that left ends the wait. */
async function send(socket: Socket, data: string | Uint8Array): Promise<void> {
  if (socket.destroyed || socket.write(data)) return
  await new Promise<void>((resolve) => {
    socket.once("drain", resolve)
    socket.once("close", () => resolve())
  })
}
