import { expect, test } from "vitest"
import { session } from "../../tests/fakes/chat-parts.ts"
import { familyOf } from "./session-family.ts"

const sessions = {
  root: session("root"),
  child: session("child", { parentID: "root" }),
  grandchild: session("grandchild", { parentID: "child" }),
  other: session("other"),
}

test("a family is a session with everyone below it, and nobody else", () => {
  expect(familyOf(sessions, "root")).toEqual(["root", "child", "grandchild"])
  expect(familyOf(sessions, "child")).toEqual(["child", "grandchild"])
})

test("a session that is not loaded yet is a family of one, and a ring ends", () => {
  expect(familyOf({}, "new")).toEqual(["new"])
  expect(familyOf({ a: session("a", { parentID: "b" }), b: session("b", { parentID: "a" }) }, "a")).toEqual([
    "a",
    "b",
  ])
})
