/** What a line has beyond this is dropped: one without an end would fill our memory. */
const longestLine = 4_096

/** Calls back with each line that is not empty, without terminal colours; ends with the stream. */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ""
  const tell = (line: string) => {
    const plain = Bun.stripANSI(line.slice(0, longestLine)).trim()
    if (plain !== "") onLine(plain)
  }
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = (lines.pop() ?? "").slice(0, longestLine)
    for (const line of lines) tell(line)
  }
  tell(rest)
}
