// A connection that stays open and is written to bit by bit: what `fetch` does not let a test do.
import { connect } from "node:net"

export type OpenSocket = {
  write: (bytes: string | Uint8Array) => void
  /** Everything that came so far. */
  text: () => string
  /** `end` is a clean close by the other side, `reset` is not. */
  ending: () => "open" | "end" | "reset"
  closed: Promise<void>
  pause: () => void
  resume: () => void
  close: () => void
}

/** Rejects when nobody listens. */
export function openSocket(port: number, host = "127.0.0.1"): Promise<OpenSocket> {
  const connected = Promise.withResolvers<OpenSocket>()
  const closed = Promise.withResolvers<void>()
  const pieces: string[] = []
  let ending: ReturnType<OpenSocket["ending"]> = "open"
  const socket = connect(port, host, () =>
    connected.resolve({
      write: (bytes) => void socket.write(bytes),
      text: () => pieces.join(""),
      ending: () => ending,
      closed: closed.promise,
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      close: () => void socket.destroy(),
    }),
  )
  socket.on("data", (data) => pieces.push(data.toString("latin1")))
  socket.on("end", () => {
    ending = "end"
  })
  socket.on("error", (error) => {
    ending = "reset"
    connected.reject(error)
  })
  socket.on("close", () => closed.resolve())
  return connected.promise
}
