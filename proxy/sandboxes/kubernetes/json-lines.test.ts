import { describe, expect, test } from "vitest"
import { readJsonLines, readPieces } from "./json-lines.ts"

/** Comes in these chunks. */
const body = (...chunks: string[]) => new Response(new Blob(chunks).stream())
const arriving = (chunks: Iterable<string>, onCancel?: () => void) => {
  const left = chunks[Symbol.iterator]()
  return new Response(
    new ReadableStream({
      pull(controller) {
        const next = left.next()
        if (next.done) controller.close()
        else controller.enqueue(new TextEncoder().encode(next.value))
      },
      cancel: () => onCancel?.(),
    }),
  )
}
const pieces = async (response: Response, longest: number) =>
  (await Array.fromAsync(readPieces(response, longest))).map(
    ({ text, begins, ends }) => `${begins ? "<" : "…"}${text}${ends ? ">" : "…"}`,
  )

describe("lines", () => {
  test("are whole, however they arrive, and the last needs no end", async () => {
    expect(await pieces(arriving(["a", "b\n\nc", "\nd", "e"]), 10)).toEqual(["<ab>", "<>", "<c>", "<de>"])
    expect(await pieces(arriving(["a\n"]), 10)).toEqual(["<a>"])
    expect(await pieces(new Response(null), 10)).toEqual([])
  })

  test("that are too long come in pieces, and the one after them is whole again", async () => {
    const told = ["<abc…", "…def…", "…g>", "<hi>"]
    expect(await pieces(body("abcdefg\nhi"), 3)).toEqual(told)
    expect(await pieces(arriving([..."abcdefg\nhi"]), 3)).toEqual(told)
  })

  test("just as long as they may be are whole", async () => {
    expect(await pieces(body("abc\nabc"), 3)).toEqual(["<abc>", "<abc>"])
  })

  // An agent that prints without a line break would otherwise fill our memory.
  test("without an end are told while they come, and never kept whole", async () => {
    const chunk = "x".repeat(65_536)
    let longest = 0
    let all = 0
    for await (const { text } of readPieces(arriving(Array.from({ length: 512 }, () => chunk)), 16_384)) {
      longest = Math.max(longest, text.length)
      all += text.length
    }
    expect(longest).toBe(16_384)
    expect(all).toBe(512 * chunk.length)
  })
})

describe("objects, one in each line", () => {
  test("are read as they come, and empty lines are none", async () => {
    expect(await Array.fromAsync(readJsonLines(arriving(['{"a":', "1}\n\n", '{"b":2}\n'])))).toEqual([
      { a: 1 },
      { b: 2 },
    ])
  })

  test("without an end are an error after some MiB, and the body is let go", async () => {
    let sent = 0
    let isCancelled = false
    function* endless() {
      for (; sent < 1_000; sent++) yield "x".repeat(65_536)
    }
    const response = arriving(endless(), () => {
      isCancelled = true
    })
    await expect(Array.fromAsync(readJsonLines(response))).rejects.toThrow("a line of more than")
    expect(sent).toBeLessThan(200)
    expect(isCancelled).toBe(true)
  })
})
