import { expect, test } from "vitest"
import { plainText } from "./plain-text.ts"

test("colours, titles and links of a terminal are dropped, the words stay", () => {
  expect(
    plainText(
      "\u001b[1;32mok\u001b[0m \u001b]0;title\u0007done \u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\",
    ),
  ).toBe("ok done here")
})

test("a progress bar shows its last state, and Windows line ends are line ends", () => {
  expect(plainText("10%\r50%\r100%\nnext")).toBe("100%\nnext")
  expect(plainText("a\r\nb\r\n")).toBe("a\nb\n")
})

test("very long output keeps its end and says what is missing", () => {
  const text = plainText(`${"x".repeat(100_000)}the end`)
  expect(text.startsWith("… 7 characters are left out\n")).toBe(true)
  expect(text.endsWith("the end")).toBe(true)
})
