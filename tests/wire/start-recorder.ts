// A target that keeps every byte that reached it, per connection, and answers each request with bytes of a test's own.
import { createServer, type Socket } from "node:net"
import type { TestTarget } from "./start-target.ts"

export type Recorder = TestTarget & {
  /** What arrived on each connection. One on which nothing was sent is the proxy's look whether somebody listens. */
  received: () => string[]
  /** The requests of all connections, head and body, in order of arrival. */
  requests: string[]
}

type RecorderOptions = { answer?: (request: string) => string; host?: string; port?: number }

const plainAnswer = () => "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nreached"

export function startRecorder(options: RecorderOptions = {}): Promise<Recorder> {
  const { answer = plainAnswer, host = "127.0.0.1", port = 0 } = options
  const connections: { text: string }[] = []
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const connection = { text: "" }
    let pending = ""
    connections.push(connection)
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => sockets.delete(socket))
    socket.on("data", (data) => {
      connection.text += data.toString("latin1")
      pending += data.toString("latin1")
      // TLS, for example: whoever speaks it would wait for ever.
      if (!/^[A-Z]*(?: |$)/.test(pending.slice(0, 20))) socket.destroy()
      for (let length = firstRequest(pending); length > 0; length = firstRequest(pending)) {
        requests.push(pending.slice(0, length))
        pending = pending.slice(length)
        socket.write(answer(requests.at(-1) ?? ""), "latin1")
      }
    })
  })
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      const address = server.address()
      const bound = typeof address === "object" && address ? address.port : 0
      resolve({
        origin: `http://${host}:${bound}`,
        port: bound,
        requests,
        received: () => connections.map(({ text }) => text).filter((text) => text !== ""),
        stop: () => {
          for (const socket of sockets) socket.destroy()
          server.close()
        },
      })
    })
  })
}

/** How long the first complete request is (RFC 9112 §6.3); 0 while more has to come. */
function firstRequest(text: string): number {
  const body = text.indexOf("\r\n\r\n") + 4
  if (body < 4) return 0
  const head = text.slice(0, body)
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) {
    const last = /(?:^|\r\n)0\r\n\r\n/.exec(text.slice(body))
    return last ? body + last.index + last[0].length : 0
  }
  const length = body + Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1] ?? 0)
  return text.length >= length ? length : 0
}
