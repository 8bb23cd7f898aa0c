// A door from pods to a server of this machine: programs of the tests listen on 127.0.0.1, where no pod gets to.
import { connect, createServer, type Socket } from "node:net"

/** This machine, as pods see it: the node's bridge. It has the address once a first pod has run. */
export const hostAddress = "10.244.1.1"

export interface HostDoor {
  /** `http://10.244.1.1:port` */
  readonly url: string
  stop(): Promise<void>
}

/** Passes connections on to this port of 127.0.0.1. */
export async function openDoor(port: number): Promise<HostDoor> {
  const open = new Set<Socket>()
  const keep = (socket: Socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
  }
  const server = createServer((from) => {
    const to = connect({ host: "127.0.0.1", port })
    keep(from)
    keep(to)
    // Either end may break off; the other one is told by the closing.
    from.once("error", () => to.destroy()).once("close", () => to.destroy())
    to.once("error", () => from.destroy()).once("close", () => from.destroy())
    from.pipe(to).pipe(from)
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen({ host: hostAddress, port: 0 }, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the door has no port")
  return {
    url: `http://${hostAddress}:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
