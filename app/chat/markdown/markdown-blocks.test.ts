import fc from "fast-check"
import { expect, test } from "vitest"
import { makeBlockReader } from "./markdown-blocks.ts"
import { lexBlocks } from "./render-markdown.ts"

const answer = [
  "# Title\n\nA paragraph\nof two lines.\n\n",
  "- one\n- two\n\n  still two\n- three\n\n",
  "```ts\nconst a = 1\n\n\nconst b = 2\n```\n",
  "| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n> text\n\nThe end.",
].join("")

const raws = (blocks: { token: { raw: string } }[]) => blocks.map((block) => block.token.raw.trim())

test("text that arrives in any pieces ends as the blocks of the whole text", () => {
  const whole = lexBlocks(answer).map((token) => token.raw.trim())
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (sizes) => {
      const read = makeBlockReader()
      let end = 0
      for (const size of sizes) {
        end += size
        read(answer.slice(0, end), false)
      }
      expect(raws(read(answer, true))).toEqual(whole)
    }),
  )
})

test("a settled block is the same object in every later reading", () => {
  const read = makeBlockReader()
  const first = read("One.\n\nTwo.\n\nThr", false)
  const second = read("One.\n\nTwo.\n\nThree.\n\nFour", false)
  expect(second[0]).toBe(first[0])
  expect(second[1]).toBe(first[1])
  expect(read("One.\n\nTwo.\n\nThree.\n\nFour", true)[0]).toBe(first[0])
})

test("only the last block is read again when text arrives", () => {
  const read = makeBlockReader()
  const blocks = read("One.\n\nTwo.\n\nThree", false)
  expect(blocks.map((block) => block.settled)).toEqual([true, true, false])
})

test("a list that goes on after a blank line stays one list", () => {
  const read = makeBlockReader()
  read("- one\n\n", false)
  expect(raws(read("- one\n\n- two", false))).toEqual(["- one\n\n- two"])
})

test("text that was replaced instead of continued is read from the start", () => {
  const read = makeBlockReader()
  read("One.\n\nTwo.\n\nThree", false)
  expect(raws(read("Other.\n\nText", false))).toEqual(["Other.", "Text"])
})

test("a link that is defined at the end works at the start once the text is done", () => {
  const read = makeBlockReader()
  const source = "See [it][x].\n\nMore.\n\n[x]: https://example.com"
  read(source.slice(0, 25), false)
  const [first] = read(source, true)
  expect(JSON.stringify(first?.token)).toContain('"href":"https://example.com"')
})
