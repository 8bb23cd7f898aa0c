// Text that a person decides by must read as it runs. Characters that hide, reorder or stand for nothing are
// written out: with U+202E a command can be shown backwards (CVE-2021-42574, "Trojan Source").

/**
 * Controls (C0, C1), direction marks and overrides, zero-width and other invisible characters, separators that
 * only look like line ends. Tab and line feed are what they look like.
 */
const hidden = /[[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800\ufff9-\ufffb]--[\t\n]]/gv

/** Joiners that shape a script or hold an emoji together belong to what is seen; among ASCII they only hide. */
const shaped = /[[\p{L}\p{M}\p{Extended_Pictographic}\p{EMod}\ufe0f]--\p{ASCII}]/v

/** `safe U+202E` → `safe ⟨U+202E⟩` */
export function visibleText(text: string): string {
  return text.replaceAll(hidden, (character, at: number) =>
    belongs(character, text, at) ? character : codeOf(character),
  )
}

/** The same in one line: a title that holds a line feed could pass for a title and a text below it. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll("\n", codeOf("\n"))
}

const mostBlank = 2

/** Long runs of blank lines push what follows out of sight; here they are counted instead. */
export function foldBlankLines(text: string): string {
  const lines = text.split("\n")
  const shown: string[] = []
  for (let at = 0; at < lines.length; ) {
    let end = at
    while (end < lines.length && lines[end]?.trim() === "") end++
    const blank = end - at
    if (blank > mostBlank) shown.push(`… ${blank} blank lines`)
    else shown.push(...lines.slice(at, Math.max(end, at + 1)))
    at = Math.max(end, at + 1)
  }
  return shown.join("\n")
}

function belongs(character: string, text: string, at: number): boolean {
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? ""
  if (character === "\ufe0f") return /\p{Extended_Pictographic}/v.test(before)
  if (character !== "\u200c" && character !== "\u200d") return false
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0)
  return shaped.test(before) && shaped.test(after)
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`
}
