// One TCP connection that is read and written by hand: the same client for everything that is measured.
import { type HttpEvents, makeHttpReader } from "./http-reader.ts"
import { knownBytes } from "./known-bytes.ts"

export type Connection = {
  write: (text: string) => void
  /** Sends known bytes as fast as they are taken. */
  send: (length: number, start?: number) => void
  pause: () => void
  resume: () => void
  close: () => void
  closed: Promise<void>
}

/** What waits to be written: first text, then known bytes. */
export type Sender = { text: string; from: number; until: number }

/** Rejects when nobody listens. */
export async function openConnection(port: number, events: HttpEvents): Promise<Connection> {
  const read = makeHttpReader(events)
  const closed = Promise.withResolvers<void>()
  const sender: Sender = { text: "", from: 0, until: 0 }
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, bytes) => read(bytes),
      drain: (open) => pump(open, sender),
      close: () => closed.resolve(),
      error: () => closed.resolve(),
    },
  })
  return {
    write(text) {
      sender.text += text
      pump(socket, sender)
    },
    send(length, start = 0) {
      sender.from = start
      sender.until = start + length
      pump(socket, sender)
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.terminate(),
    closed: closed.promise,
  }
}

export function pump(socket: Pick<Bun.Socket, "write">, sender: Sender): void {
  if (sender.text !== "") {
    sender.text = sender.text.slice(socket.write(sender.text))
    if (sender.text !== "") return
  }
  while (sender.from < sender.until) {
    const piece = knownBytes.at(sender.from, sender.until - sender.from)
    const taken = socket.write(piece)
    sender.from += Math.max(0, taken)
    if (taken < piece.length) return
  }
}
