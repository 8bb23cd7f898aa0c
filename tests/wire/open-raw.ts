import { connect, type Socket } from "node:net"

/** A connection on which these bytes were sent, and which stays open. */
export function openRaw(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(bytes)
      resolve(socket)
    })
    socket.on("error", reject)
  })
}
