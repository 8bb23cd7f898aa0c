import { connect } from "node:net"

export type RawAnswer = {
  status: number
  text: string
  /** `end` is a clean close, `reset` is not. */
  closed: "end" | "reset" | "open"
}

/** Sends these bytes and nothing else: requests that no HTTP client would write. */
export function rawRequest(port: number, bytes: string, waitMs = 3_000): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = ""
    let closed: RawAnswer["closed"] = "open"
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    const timer = setTimeout(() => socket.destroy(), waitMs)
    socket.on("data", (data) => {
      text += data.toString("latin1")
    })
    socket.on("end", () => {
      closed = "end"
    })
    socket.on("error", () => {
      closed = "reset"
    })
    socket.on("close", () => {
      clearTimeout(timer)
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, closed })
    })
  })
}
