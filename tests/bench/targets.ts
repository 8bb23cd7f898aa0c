// What the proxies lead to: one server for pages, events and sockets, one that moves known bytes.
import { pump, type Sender } from "./connection.ts"
import { makeHttpReader } from "./http-reader.ts"
import { knownBytes } from "./known-bytes.ts"

export type Target = { port: number; stop: () => void }

const encoder = new TextEncoder()
const eventHeaders = { "content-type": "text/event-stream", "cache-control": "no-store" }
const page = new Response("x".repeat(1_024), { headers: { "content-type": "text/plain" } })

/** `stamp` goes into every event: the time on the clock of whoever reads them. */
export function startPages(stamp: () => number = () => 0): Target {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    routes: { "/page": page },
    fetch(request, own) {
      const { pathname, searchParams } = new URL(request.url)
      if (pathname === "/echo") return own.upgrade(request) ? undefined : new Response(null, { status: 400 })
      if (pathname === "/events") return events(Number(searchParams.get("every")), stamp)
      return new Response(null, { status: 404 })
    },
    websocket: {
      perMessageDeflate: false,
      message: (socket, message) => void socket.send(message),
    },
  })
  return { port: server.port ?? 0, stop: () => void server.stop(true) }
}

/** One event at once, and one every so many milliseconds; with 0 the stream stays silent. */
function events(everyMs: number, stamp: () => number): Response {
  let timer: Timer | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = () => controller.enqueue(encoder.encode(`data: ${stamp()}\n\n`))
      send()
      if (everyMs > 0) timer = setInterval(send, everyMs)
    },
    cancel: () => clearInterval(timer),
  })
  return new Response(body, { headers: eventHeaders })
}

type Exchange = { read: (bytes: Uint8Array) => void; sender: Sender }

/** `GET /down/<bytes>` and `POST /up`, which answers with what arrived and whether it was right. */
export function startBytes(): Target {
  const server = Bun.listen<Exchange>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        const sender: Sender = { text: "", from: 0, until: 0 }
        socket.data = { sender, read: answerOn(socket, sender) }
      },
      data: (socket, bytes) => socket.data.read(bytes),
      drain: (socket) => pump(socket, socket.data.sender),
    },
  })
  return { port: server.port, stop: () => server.stop(true) }
}

function answerOn(socket: Bun.Socket<Exchange>, sender: Sender): (bytes: Uint8Array) => void {
  let path = ""
  let received = 0
  let whole = true
  const answer = (type: string, length: number, text = "") => {
    sender.text = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${text}`
    pump(socket, sender)
  }
  return makeHttpReader({
    onHead(head) {
      path = head.split(" ")[1] ?? ""
      received = 0
      whole = true
    },
    onBody(bytes) {
      whole = whole && knownBytes.matches(received, bytes)
      received += bytes.length
    },
    onEnd() {
      const length = Number(/^\/down\/(\d+)$/.exec(path)?.[1] ?? 0)
      if (length === 0) {
        const text = JSON.stringify({ received, whole })
        answer("application/json", text.length, text)
        return
      }
      sender.from = 0
      sender.until = length
      answer("application/octet-stream", length)
    },
  })
}
