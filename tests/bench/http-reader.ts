// Reads HTTP/1.1 messages off a connection as they come, without keeping any body.
export type HttpEvents = {
  onHead?: (head: string) => void
  onBody?: (bytes: Uint8Array) => void
  onEnd?: () => void
}

type State =
  | { is: "head" }
  | { is: "body"; left: number }
  | { is: "chunk-line" }
  | { is: "chunk"; left: number }

/** Without a length and without chunks a body ends with the connection: `onEnd` is then not called. */
export function makeHttpReader(events: HttpEvents): (bytes: Uint8Array) => void {
  let state: State = { is: "head" }
  let line = ""
  const finish = () => {
    state = { is: "head" }
    events.onEnd?.()
  }

  const readHead = (bytes: Uint8Array): Uint8Array => {
    const before = line.length
    line += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")
    const end = line.indexOf("\r\n\r\n")
    if (end < 0) return none
    const head = line.slice(0, end)
    line = ""
    state = afterHead(head)
    events.onHead?.(head)
    if (state.is === "body" && state.left === 0) finish()
    return bytes.subarray(end + 4 - before)
  }
  const readChunkLine = (bytes: Uint8Array): Uint8Array => {
    const end = bytes.indexOf(10)
    line += Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end + 1)).toString("latin1")
    if (end < 0) return none
    const text = line.trim()
    line = ""
    // The empty line is the end of the chunk before.
    if (text !== "") state = { is: "chunk", left: Number.parseInt(text, 16) }
    return bytes.subarray(end + 1)
  }
  const readBody = (bytes: Uint8Array, now: { is: "body" | "chunk"; left: number }): Uint8Array => {
    const piece = bytes.subarray(0, now.left)
    now.left -= piece.length
    if (piece.length > 0) events.onBody?.(piece)
    if (now.left === 0) {
      if (now.is === "body") finish()
      else state = { is: "chunk-line" }
    }
    return bytes.subarray(piece.length)
  }

  return (bytes) => {
    let rest = bytes
    while (rest.length > 0) {
      if (state.is === "head") rest = readHead(rest)
      else if (state.is === "chunk-line") rest = readChunkLine(rest)
      else if (state.is === "chunk" && state.left === 0) {
        // The last chunk is empty; the line after it ends the message.
        const end = rest.indexOf(10)
        if (end < 0) return
        rest = rest.subarray(end + 1)
        finish()
      } else rest = readBody(rest, state)
    }
  }
}

const none = new Uint8Array()

function afterHead(head: string): State {
  if (/^transfer-encoding: *chunked/im.test(head)) return { is: "chunk-line" }
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length !== undefined) return { is: "body", left: Number(length) }
  const isAnswer = head.startsWith("HTTP/")
  return { is: "body", left: isAnswer ? Number.POSITIVE_INFINITY : 0 }
}
