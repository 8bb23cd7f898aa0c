// Words of a stranger inside a sentence of ours: short, on one line, and unable to pass for anything else.

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
}

/** The title of an HTML page, ready to be shown; undefined when it has none. */
export function pageTitle(html: string): string | undefined {
  const raw = /<title(?:\s[^>]{0,200})?>([^<]{0,2000})/i.exec(html)?.[1]
  return (raw && plainWords(decodeEntities(raw), 80)) || undefined
}

export function isWebPage(type: string, text: string): boolean {
  return /^text\/html\b/i.test(type) || /^\s*<(?:!doctype\s+html|html)\b/i.test(text)
}

/**
 * At most `most` visible characters. Control characters, those that turn the direction of writing and those that
 * nobody sees go; so do piles of accents, and quotation marks that would end ours.
 */
export function plainWords(text: string, most: number): string {
  const tidy = text
    .normalize("NFC")
    .replace(/[\p{Z}\s]+/gu, " ")
    .replace(/[\p{C}\u115f\u1160\u3164\uffa0\u2800]/gu, "")
    .replace(/(\p{M})\p{M}+/gu, "$1")
    .replace(/[“”„‟«»"]/g, "'")
    .trim()
  const letters = [...tidy]
  return letters.length > most
    ? `${letters
        .slice(0, most - 1)
        .join("")
        .trim()}…`
    : tidy
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name) => {
    if (name) return named[String(name).toLowerCase()] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0x10ffff ? "" : String.fromCodePoint(code)
  })
}
