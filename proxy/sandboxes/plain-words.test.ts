import { expect, test } from "vitest"
import { plainWords } from "./plain-words.ts"

const char = (code: number) => String.fromCodePoint(code)

test.each([
  ["right-to-left override", 0x202e],
  ["right-to-left isolate", 0x2067],
  ["pop directional isolate", 0x2069],
  ["right-to-left mark", 0x200f],
  ["Arabic letter mark", 0x61c],
  ["zero-width space", 0x200b],
  ["soft hyphen", 0xad],
  ["line separator", 0x2028],
  ["a tag that nobody sees", 0xe0041],
  ["a filler", 0x3164],
])("words that are shown otherwise than they run (%s): what does it is written out", (_name, code) => {
  const told = plainWords(`not found: ${char(code)}gpj.exe`)
  expect(told).toBe(`not found: ⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩gpj.exe`)
  // A second time changes nothing.
  expect(plainWords(told)).toBe(told)
})

test("words that steer a terminal: its controls are left out, lines and tabs stay", () => {
  expect(plainWords("a\u0007\u009bb\r\n\tc\u0000")).toBe("ab\n\tc")
})

test("scripts and emoji read as they were written", () => {
  const joined = `می${char(0x200c)}خواهم 👩${char(0x200d)}💻 ❤${char(0xfe0f)} ⟨ü⟩`
  expect(plainWords(joined)).toBe(joined)
})
