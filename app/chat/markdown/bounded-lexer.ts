// Marked reads most text in linear time and little stack, but not all of it: 2.5 KB of `>` end its stack, 20 KB of
// `*` or `a.a.a.` take it half a second. The agent repeats text of strangers, so what would cost that much is
// shown as it is written. The limits are what stays below 200 ms in both kinds of engine (bounded-lexer.test.ts).
import { Lexer, type MarkedExtension, type Token, type TokensList } from "marked"
import { escapeHtml } from "./escape-html.ts"

/** Characters between two blank lines. Longer than any prose; tables and code are not counted. */
const maxStretch = 20_000
/** The same in a quote, and in a list from one bullet to the next: the lines of these are read again and again. */
const maxNested = 3_000
/** Characters of one text with emphasis, links and code in it. */
const maxInline = 5_000
/** Lists in quotes in lists. */
const maxBlockDepth = 8
const maxInlineDepth = 50

/** A token that is drawn as the text it is. */
export type PlainToken = { type: "plain"; raw: string }

export function plainToken(raw: string): PlainToken {
  return { type: "plain", raw }
}

/** Code with a fence or an indent, headings and rules end by themselves and are read line by line. */
const cheap =
  /^(?: {0,3}(?:`{3}|~{3}|#{1,6}[ \t])| {4}|\t| {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})(?:\n|$))/
const tableHead = /^[^\n]*\|[^\n]*\n {0,3}[|: \t-]*-[|: \t-]*(?:\n|$)/
const blankLine = /\n[ \t]*\n/
const quote = /^ {0,3}>/
const bullet = /^[ \t]*(?:[*+-]|\d{1,9}[.)])(?:[ \t]|$)/

/** Asked at the start of every block, inside quotes and lists too. */
export const plainStretches: MarkedExtension = {
  extensions: [
    {
      name: "plain",
      level: "block",
      tokenizer(src): PlainToken | undefined {
        if (src.length <= maxNested || cheap.test(src)) return undefined
        const end = src.search(blankLine)
        const stretch = end < 0 ? src : src.slice(0, end + 1)
        return isTooMuch(stretch) && !tableHead.test(stretch) ? plainToken(stretch) : undefined
      },
      renderer: (token) => `<p class="markdown-plain">${escapeHtml(token.raw)}</p>`,
    },
  ],
}

function isTooMuch(stretch: string): boolean {
  if (stretch.length > maxStretch) return true
  if (quote.test(stretch)) return stretch.length > maxNested
  return bullet.test(stretch) && longestItem(stretch) > maxNested
}

function longestItem(list: string): number {
  let longest = 0
  let item = 0
  for (const line of list.split("\n")) {
    item = bullet.test(line) ? line.length : item + line.length + 1
    longest = Math.max(longest, item)
  }
  return longest
}

/** Nesting is a call in a call, so it ends before the stack does. */
export class BoundedLexer extends Lexer {
  private blockDepth = 0
  private inlineDepth = 0

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[]
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList
  override blockTokens(src: string, tokens: Token[] = [], lastParagraphClipped = false): Token[] {
    if (this.blockDepth >= maxBlockDepth) {
      if (src !== "") tokens.push(plainToken(src))
      return tokens
    }
    this.blockDepth++
    try {
      return super.blockTokens(src, tokens, lastParagraphClipped)
    } finally {
      this.blockDepth--
    }
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    if (src.length > maxInline || this.inlineDepth >= maxInlineDepth) {
      tokens.push({ type: "text", raw: src, text: src, escaped: false })
      return tokens
    }
    this.inlineDepth++
    try {
      return super.inlineTokens(src, tokens)
    } finally {
      this.inlineDepth--
    }
  }
}
