// The text of a part that is still being written, after a gap in the events.

/**
 * Stands where words are missing until the part is complete; the complete part always replaces the text. Invisible
 * separators tell it from a line that a model wrote.
 */
export const gapMark = "\n\n\u2063…\u2063\n\n"

export type Gap = {
  /** What the server answered. OpenCode 1 keeps a text to itself until it is complete, and answers "". */
  answered: string
  /** What we had before the gap. */
  held: string
  /** The deltas that came since the fetch began; they are replayed onto the text that we return. */
  deltas: string
  /** Whether the session is at work. After a crash it is not, and what we hold is all that is left of the text. */
  busy: boolean
}

/** The text onto which the deltas are replayed: nothing twice, and no hole that looks like none. */
export function textAfterGap(gap: Gap): string {
  if (gap.answered !== "")
    return gap.answered.slice(0, gap.answered.length - overlap(gap.answered, gap.deltas))
  const over = !gap.busy && gap.deltas === ""
  if (over || gap.held.endsWith(gapMark)) return gap.held
  return gap.held + gapMark
}

/** The length of the longest end of `text` that `deltas` begins with. */
function overlap(text: string, deltas: string): number {
  for (let length = Math.min(text.length, deltas.length); length > 0; length--) {
    if (text.endsWith(deltas.slice(0, length))) return length
  }
  return 0
}
