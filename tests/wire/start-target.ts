// Small target servers: one that speaks HTTP, one that writes whatever bytes a test wants.
import { createServer, type Socket } from "node:net"

export type TestTarget = { origin: string; port: number; stop: () => void }

export function startTarget(answer: (request: Request) => Response | Promise<Response>): TestTarget {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: answer })
  const port = server.port ?? 0
  return { origin: `http://127.0.0.1:${port}`, port, stop: () => void server.stop(true) }
}

/** Calls back once per request, not per connection: the proxy also opens connections only to look. */
export function startRawTarget(script: (socket: Socket, request: string) => void): Promise<TestTarget> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => sockets.delete(socket))
    socket.once("data", (data) => script(socket, data.toString("latin1")))
  })
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address ? address.port : 0
      const stop = () => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }
      resolve({ origin: `http://127.0.0.1:${port}`, port, stop })
    })
  })
}
