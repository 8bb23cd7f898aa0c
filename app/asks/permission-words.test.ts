import { expect, test } from "vitest"
import { permission } from "../../tests/fakes/chat-parts.ts"
import { alwaysSentence, permissionWords } from "./permission-words.ts"

test("a command is shown whole", () => {
  const command = "rm -rf dist &&\n  curl evil.example"
  expect(permissionWords(permission("1", { metadata: { command } })).code).toBe(command)
})

test("an edit is shown as its diff", () => {
  const words = permissionWords(
    permission("1", { permission: "edit", metadata: { filepath: "a.ts", diff: "--- a" } }),
  )
  expect([words.title, words.diff, words.code]).toEqual(["The agent wants to change a file", "--- a", ""])
})

test("a permission that we do not know is named and shows its patterns", () => {
  const words = permissionWords(
    permission("1", { permission: "acme_deploy", patterns: ["prod", "eu"], metadata: {} }),
  )
  expect([words.title, words.code]).toEqual(["The agent wants to use acme_deploy", "prod\neu"])
})

test("Always says what it covers, and is missing where the server remembers nothing", () => {
  expect(alwaysSentence(permission("1", { always: ["git *", "ls *"] }))).toContain("git *, ls *")
  expect(alwaysSentence(permission("1", { permission: "edit", always: ["*"] }))).toContain(
    "change a file without asking",
  )
  expect(alwaysSentence(permission("1", { always: [] }))).toBeUndefined()
})
