// Text that grows is cut into blocks once: a delta re-reads only the last block, not the whole answer.
import type { Token } from "marked"
import { lexBlocks } from "./render-markdown.ts"

/** `settled` blocks never change again while the text only grows. */
export type MarkdownBlock = { token: Token; settled: boolean }

/** Remembers the finished beginning of one growing text. */
export function makeBlockReader() {
  let settledText = ""
  let settled: MarkdownBlock[] = []

  /** `done` reads everything anew, because a link definition at the end may belong to text at the start. */
  return function read(source: string, done: boolean): MarkdownBlock[] {
    if (done) return readDone(source)
    if (!source.startsWith(settledText)) {
      settledText = ""
      settled = []
    }
    const rest = source.slice(settledText.length)
    const tokens = lexBlocks(rest)
    const last = tokens.at(-1)
    if (last === undefined) return settled
    const before = rest.lastIndexOf(last.raw)
    // The lexer normalises some whitespace; where its text is not ours, nothing settles and the cost stays.
    if (before < 0) return [...settled, ...tokens.map((token) => ({ token, settled: false }))]
    settled = [...settled, ...tokens.slice(0, -1).map((token) => ({ token, settled: true }))]
    settledText = source.slice(0, settledText.length + before)
    return [...settled, { token: last, settled: false }]
  }

  /** Blocks that read the same keep their identity, so that the end of the stream redraws next to nothing. */
  function readDone(source: string): MarkdownBlock[] {
    const tokens = lexBlocks(source)
    const hasDefinitions = Object.keys(tokens.links).length > 0
    return tokens.map((token, index) => {
      const known = settled[index]
      return known && !hasDefinitions && known.token.raw === token.raw ? known : { token, settled: true }
    })
  }
}
