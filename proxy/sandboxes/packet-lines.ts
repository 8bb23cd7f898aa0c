// The framing of git's protocol (gitprotocol-common, pkt-line): four hexadecimal digits of length, then the line.

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** `delim` and `flush` are the packets of that name, everything else is a line. */
export function packetLines(lines: readonly string[]): Uint8Array {
  return encoder.encode(lines.map(packetLine).join(""))
}

function packetLine(line: string): string {
  if (line === "flush") return "0000"
  if (line === "delim") return "0001"
  return (encoder.encode(line).length + 4).toString(16).padStart(4, "0") + line
}

/** The lines up to the first flush, or to the first one that is not whole. */
export function packets(bytes: Uint8Array): string[] {
  const lines: string[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const digits = decoder.decode(bytes.subarray(at, at + 4))
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 0
    if (length < 4 || at + length > bytes.length) break
    lines.push(decoder.decode(bytes.subarray(at + 4, at + length)))
    at += length
  }
  return lines
}
