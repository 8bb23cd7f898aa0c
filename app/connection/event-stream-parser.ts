// Server-sent events (HTML standard §9.2.6), as far as OpenCode uses them: only `data` matters.

export type EventStreamParser = {
  /** Takes the next bytes, cut anywhere, and answers the data of every event that is complete with them. */
  push: (bytes: Uint8Array) => string[]
}

export function makeEventStreamParser(): EventStreamParser {
  // Streaming, so that a character cut in two is put together again. It also drops a leading byte order mark.
  const decoder = new TextDecoder()
  let rest = ""
  let data: string[] = []
  // The chunk before ended in CR: an LF at the start of the next one belongs to it.
  let afterReturn = false

  const takeLine = (line: string): string | undefined => {
    if (line === "") {
      const complete = data.length > 0 ? data.join("\n") : undefined
      data = []
      return complete
    }
    if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5))
    else if (line === "data") data.push("")
    return undefined
  }

  return {
    push(bytes) {
      let text = decoder.decode(bytes, { stream: true })
      if (text === "") return []
      if (afterReturn && text.startsWith("\n")) text = text.slice(1)
      afterReturn = text.endsWith("\r")
      const lines = (rest + text).split(/\r\n|\r|\n/)
      rest = lines.pop() ?? ""
      const complete: string[] = []
      for (const line of lines) {
        const event = takeLine(line)
        if (event !== undefined) complete.push(event)
      }
      return complete
    },
  }
}
