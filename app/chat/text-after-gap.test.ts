import { describe, expect, test } from "vitest"
import { gapMark, textAfterGap } from "./text-after-gap.ts"

const gap = { answered: "", held: "", deltas: "", busy: true }

describe("a server that keeps a text to itself until it is complete", () => {
  test("what we held stays, and the hole after it is marked", () => {
    expect(textAfterGap({ ...gap, held: "one two" })).toBe(`one two${gapMark}`)
  })

  test("a second gap without a word in between is the same hole", () => {
    expect(textAfterGap({ ...gap, held: `one${gapMark}` })).toBe(`one${gapMark}`)
  })

  test("opened in the middle, it says that something came before", () => {
    expect(textAfterGap(gap)).toBe(gapMark)
  })

  test("after a crash nothing more comes: what we held is all there is", () => {
    expect(textAfterGap({ ...gap, held: "one two", busy: false })).toBe("one two")
  })

  test("words that came after the gap have one in front of them, even when the turn ended meanwhile", () => {
    expect(textAfterGap({ ...gap, held: "one", deltas: " four", busy: false })).toBe(`one${gapMark}`)
  })
})

describe("a server that answers with the text so far", () => {
  test.each([
    ["one two three", " three four", "one two"],
    ["one", " two", "one"],
    ["one two", "one two", ""],
    ["aaa", "aa", "a"],
  ])("%j and the deltas %j overlap once: they are replayed onto %j", (answered, deltas, base) => {
    expect(textAfterGap({ ...gap, answered, deltas })).toBe(base)
  })
})
