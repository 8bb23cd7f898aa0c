import { expect, test } from "vitest"
import { permission, question } from "../../tests/fakes/chat-parts.ts"
import type { Ask } from "./ask.ts"
import { needsYou, rootOf } from "./needs-you.ts"

const parents: Record<string, string> = { child: "root", grandchild: "child" }

test("an ask of a sub-agent counts for the session that the person sees", () => {
  const asks: Ask[] = [
    { kind: "permission", request: permission("1", { sessionID: "grandchild" }) },
    { kind: "question", request: question("2", { sessionID: "root" }) },
    { kind: "question", request: question("3", { sessionID: "other" }) },
  ]
  expect([...needsYou(asks, (id) => parents[id])]).toEqual([
    ["root", 2],
    ["other", 1],
  ])
})

test("a ring of parents ends", () => {
  const ring: Record<string, string> = { a: "b", b: "a" }
  expect(["a", "b"]).toContain(rootOf("a", (id) => ring[id]))
})
