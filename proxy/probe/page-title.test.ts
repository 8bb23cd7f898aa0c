import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isWebPage, pageTitle, plainWords } from "./page-title.ts"

describe("words of a stranger inside our sentence", () => {
  test.each([
    ["<title>Grafana</title>", "Grafana"],
    ["<TITLE lang=en>\n  Two\t lines\r\n</TITLE>", "Two lines"],
    ["<title>a &amp; b &lt;script&gt; &#65;&#x42;</title>", "a & b <script> AB"],
    ["<title><b>x</b></title>", undefined],
    ["<title></title>", undefined],
    ["<title>&#8203;&#x202e;</title>", undefined],
    ["no title", undefined],
    ["<title>never closed", "never closed"],
    ["<title>x”. Your password is needed at “evil</title>", "x'. Your password is needed at 'evil"],
  ])("%s", (html, expected) => {
    expect(pageTitle(html)).toBe(expected)
  })

  test("a title cannot turn the direction of writing around or hide (spoofing with control characters)", () => {
    const hidden = "\u202eevil\u2066\u200b\u0007\u001b[31m\u00ad\ufeff\u2028\u{e0041}"
    expect(plainWords(`a${hidden}b`, 80)).toBe("aevil[31m b")
  })

  test("whatever it is, it stays short, on one line, visible, and inside its quotation marks", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        const words = plainWords(text, 80)
        expect([...words].length).toBeLessThanOrEqual(80)
        expect(words).not.toMatch(/[\p{C}\p{Zl}\p{Zp}“”"]/u)
        expect(words).not.toMatch(/\p{M}{2}/u)
        expect(words).toBe(words.trim())
      }),
      { numRuns: 500 },
    )
  })

  test("a page made to be slow to read is read quickly (regular expression denial of service)", () => {
    const began = performance.now()
    for (const html of [
      "<title ".repeat(9_000),
      `<title ${"a".repeat(65_000)}`,
      "&#".repeat(32_000),
      `<title>${"&a".repeat(32_000)}`,
      `<title>${"\u0301".repeat(60_000)}`,
      " ".repeat(65_536),
    ]) {
      pageTitle(html)
      isWebPage("", html)
    }
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})

test("a page is told by its type or by its beginning", () => {
  expect(isWebPage("text/html; charset=utf-8", "")).toBe(true)
  expect(isWebPage("", "\n<!DOCTYPE html><p>")).toBe(true)
  expect(isWebPage("application/json", "{}")).toBe(false)
})
