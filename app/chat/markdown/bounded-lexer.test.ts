// The attack: a short text, repeated by the agent, that the parser chokes on. The answer vanishes or the page hangs.
import { afterEach, describe, expect, test, vi } from "vitest"
import { BoundedLexer } from "./bounded-lexer.ts"
import { makeBlockReader } from "./markdown-blocks.ts"
import { lexBlocks, renderBlock, renderMarkdown } from "./render-markdown.ts"

afterEach(() => vi.restoreAllMocks())

const times = (text: string, length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length)

const attacks: Record<string, (length: number) => string> = {
  "quotes in quotes": (length) => `${times(">", length)}a`,
  "stars around a letter": (length) => `${times("*", length / 2)}a${times("*", length / 2)}`,
  "stars and underscores": (length) => `${times("*_", length)}a`,
  "almost an address": (length) => `${times("a.", length)}@`,
  "lists in lists": (length) => `${times("- ", length)}a`,
  "numbers in numbers": (length) => `${times("1. ", length)}a`,
  "quotes and lists in turn": (length) => `${times("> - ", length)}a`,
  "a quote that goes on lazily": (length) => `${times(">", 50)} a\n${times("b\n", length)}`,
  "quotes of code that end in every line": (length) => times(`${times(">", 18)}     a\nb\n`, length),
  "quotes of lists that end in every line": (length) => times("> - a\nb\n", length),
  "an item of many lines": (length) => `- a\n${times("    x\n", length)}`,
  "a paragraph of many lines": (length) => times("a\n", length),
  brackets: (length) => times("[", length),
  "links in links": (length) => times("[a](", length),
  backticks: (length) => times("`a", length),
  "angle brackets": (length) => times("<a ", length),
  "a table row": (length) => `${times("|a.", length)}@|\n|-|\n`,
}

/** Several times what the slowest takes, for a machine that is busy; without the limits it is seconds. */
const limitMs = 1_500

describe.each(Object.keys(attacks))("%s", (name) => {
  // Just below and far above each limit.
  test.each([2_500, 2_990, 4_990, 9_900, 19_900, 80_000])("%i characters are shown, soon", (length) => {
    const source = attacks[name]?.(length) ?? ""
    const began = process.cpuUsage()
    const blocks = lexBlocks(source)
    const { user, system } = process.cpuUsage(began)
    // Not by the clock: what else the machine does meanwhile is no fault of the parser.
    const took = (user + system) / 1_000
    expect(took).toBeLessThan(limitMs)
    const text = blocks.map((token) => renderBlock(token).textContent).join("")
    expect(text.length).toBeGreaterThan(0)
  })
})

test("what is too much is shown as it was written, every character of it", () => {
  const source = `${times("a.", 80_000)}@`
  expect(renderMarkdown(source).textContent?.trim()).toBe(source)
  const stars = `${times("*", 20_000)}a${times("*", 20_000)}`
  expect(renderMarkdown(stars).textContent?.trim()).toBe(stars)
  expect(renderMarkdown(`${times(">", 2_500)}a`).textContent).toContain(`${times(">", 2_000)}`)
  expect(renderMarkdown(`${times("<img src=x> ", 21_000)}`).querySelector("img")).toBeNull()
})

test("what stands around it is formatted, and the answer goes on after it", () => {
  const attack = times("a\n", 30_000)
  const read = makeBlockReader()
  const kinds = (source: string, done = false) => read(source, done).map((block) => block.token.type)
  expect(kinds(`# Title\n\n${attack.slice(0, 25_000)}`)).toEqual(["heading", "plain"])
  expect(kinds(`# Title\n\n${attack}`)).toEqual(["heading", "plain"])
  expect(kinds(`# Title\n\n${attack}\n\n**go`)).toEqual(["heading", "plain", "paragraph"])
  expect(kinds(`# Title\n\n${attack}\n\n**good**`, true)).toEqual(["heading", "plain", "paragraph"])
  expect(renderMarkdown(`${attack}\n\n**good**`).querySelector("strong")?.textContent).toBe("good")
})

test("long code, long tables and long lists of short items stay what they are", () => {
  const code = `\`\`\`ts\n${times("const a = 1\n", 60_000)}\`\`\``
  expect(lexBlocks(code).map((token) => token.type)).toEqual(["code"])
  const table = `| a | b |\n|---|---|\n${times("| 1 | 2 |\n", 40_000)}`
  expect(lexBlocks(table).map((token) => token.type)).toEqual(["table"])
  const list = times("- an item of a **long** list\n", 19_000)
  expect(lexBlocks(list).map((token) => token.type)).toEqual(["list"])
  const deep = Array.from({ length: 6 }, (_, depth) => `${"  ".repeat(depth)}- level ${depth}`).join("\n")
  expect(renderMarkdown(deep).querySelectorAll("ul")).toHaveLength(6)
})

test("text that the parser or the renderer throws at is shown as it is", () => {
  const token = { type: "unheard-of", raw: "**as <it> is**" }
  const fragment = renderBlock(token)
  expect(fragment.textContent).toBe("**as <it> is**")
  expect(fragment.querySelector("p")?.className).toBe("markdown-plain")
  vi.spyOn(BoundedLexer.prototype, "lex").mockImplementation(() => {
    throw new RangeError("Maximum call stack size exceeded")
  })
  expect(renderMarkdown("still *here*").textContent).toBe("still *here*")
  expect(lexBlocks("still *here*").map((one) => one.raw)).toEqual(["still *here*"])
})
