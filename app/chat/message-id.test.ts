import { expect, test } from "vitest"
import { makeIds } from "./message-id.ts"

test("an id has OpenCode's form", () => {
  expect(makeIds()("msg")).toMatch(/^msg_[0-9a-f]{12}[0-9A-Za-z]{14}$/)
  expect(makeIds()("prt")).toMatch(/^prt_[0-9a-f]{12}[0-9A-Za-z]{14}$/)
})

test("ids carry the time as the server's do, so that both can be compared", () => {
  // The id that a real server gave to a message of this moment.
  expect(makeIds(() => 1_795_256_631_892)("msg").slice(0, 16)).toBe("msg_1fda24254001")
})

test("ids made in the same millisecond still grow", () => {
  const make = makeIds(() => 1_795_256_631_892)
  const made = Array.from({ length: 50 }, () => make("msg").slice(0, 16))
  expect(new Set(made).size).toBe(50)
  expect([...made].sort()).toEqual(made)
})
