// The judges of the thousand cuts: what they call lost, doubled or different must be that.
import { describe, expect, test } from "vitest"
import { differenceOf, keepsMore } from "./page-view.ts"
import { type SentPrompt, verdictOn } from "./prompts.ts"
import type { StoredMessage } from "./server-view.ts"

const prompt = (fields: Partial<SentPrompt> = {}): SentPrompt => ({
  token: "ax1",
  interrupted: false,
  handedBack: 0,
  ...fields,
})
const user = (id: string, text: string): StoredMessage => ({
  info: { id, role: "user", time: { created: 1 } },
  parts: [{ type: "text", text }],
})
const answer = (parentID: string, finish?: string): StoredMessage => ({
  info: { id: `a-${parentID}`, role: "assistant", parentID, time: { created: 2 }, ...(finish && { finish }) },
  parts: [{ type: "text", text: "Done." }],
})

describe("a prompt", () => {
  test("that is stored once and answered once is answered, however many steps that took", () => {
    const all = [user("m1", "todo ax1"), answer("m1", "tool-calls"), answer("m1", "stop")]
    expect(verdictOn(prompt(), all)).toBe("answered")
  })

  test("that is not on the server is lost, also when one with a longer word is there", () => {
    expect(verdictOn(prompt(), [user("m1", "todo ax11"), answer("m1", "stop")])).toBe("lost")
    // An answer that repeats its word is no prompt.
    expect(verdictOn(prompt(), [{ ...answer("m1"), parts: [{ type: "text", text: "ax1" }] }])).toBe("lost")
  })

  test("that is stored or answered twice is found", () => {
    const twice = [user("m1", "ax1"), user("m2", "ax1"), answer("m1", "stop")]
    expect(verdictOn(prompt(), twice)).toBe("stored 2 times")
    const answered = [user("m1", "ax1"), answer("m1", "stop"), answer("m1", "stop")]
    expect(verdictOn(prompt(), answered)).toBe("answered 2 times")
  })

  test("without an end is excused only by a restart of its server", () => {
    const open = [user("m1", "ax1"), answer("m1")]
    expect(verdictOn(prompt(), open)).toBe("its answer has no end")
    expect(verdictOn(prompt(), open.slice(0, 1))).toBe("never answered")
    expect(verdictOn(prompt({ interrupted: true }), open)).toBe("cutOff")
    expect(verdictOn(prompt({ interrupted: true }), [])).toBe("lost")
  })
})

describe("a page after its server was killed", () => {
  const fresh = ["frame-title: A", "p: one", "session-row: A"]

  test("may keep text that the server lost", () => {
    expect(keepsMore(["frame-title: A", "p: one", "p: half of tw", "session-row: A"], fresh)).toBe(true)
    expect(keepsMore(fresh, fresh)).toBe(true)
  })

  test("may neither lack anything nor say of a turn what is not so", () => {
    expect(keepsMore(["frame-title: A", "session-row: A"], fresh)).toBe(false)
    expect(keepsMore([...fresh, "turn-note: Working"], fresh)).toBe(false)
    expect(keepsMore(["p: one", "frame-title: A", "session-row: A"], fresh)).toBe(false)
  })
})

test("a difference names the lines of both sides, and says so when only the order differs", () => {
  expect(differenceOf(["a", "b"], ["a", "c"])).toBe(
    "  only after a fresh load: c\n  only in the page:        b",
  )
  expect(differenceOf(["a", "b"], ["b", "a"])).toContain("another order")
})
