// The Read tool answers the model with a file inside tags, and with numbers before its lines. People get the file.

const wrapper = /<(content|file|entries)>\n?([\s\S]*)<\/\1>/
const numbered = /^ *(\d+)(?:\||:) ?(.*)$/
const endNote = /\n*\(End of (?:file|directory)[^\n]*\)\s*$/

/** Output of other shapes (an image, a newer server) stays as it is. */
export function readContent(output: string): string {
  const inside = wrapper.exec(output)?.[2]
  if (inside === undefined) return output
  const lines = inside
    .replace(endNote, "")
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => ({ line, match: numbered.exec(line) }))
  const width = Math.max(...lines.map(({ match }) => match?.[1]?.replace(/^0+/, "").length ?? 0))
  return lines
    .map(({ line, match }) =>
      match ? `${String(Number(match[1])).padStart(width)}  ${match[2]}`.trimEnd() : line,
    )
    .join("\n")
}
