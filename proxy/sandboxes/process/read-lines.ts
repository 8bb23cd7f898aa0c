/** Calls back with each line that is not empty, without terminal colours; ends with the stream. */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ""
  const tell = (line: string) => {
    const plain = Bun.stripANSI(line).trim()
    if (plain !== "") onLine(plain)
  }
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) tell(line)
  }
  tell(rest)
}
