import { expect, test } from "vitest"
import { toolPart, withState } from "../../tests/fakes/chat-parts.ts"
import { exploreWords, toolWords } from "./tool-words.ts"

const line = (...args: Parameters<typeof toolPart>) => {
  const { verb, object, result } = toolWords(toolPart(...args), "/work/repo")
  return [verb, object, result]
}

test("a call is a verb, an object and what came of it", () => {
  expect(line("a", "bash", { command: "bun test\necho done" }, { metadata: { exit: 1 } })).toEqual([
    "Run",
    "bun test …",
    "",
  ])
  expect(line("a", "bash", { command: "ls" }, { metadata: { exit: 0 } })).toEqual(["Run", "ls", ""])
  expect(
    line(
      "a",
      "edit",
      { filePath: "/work/repo/src/a.ts" },
      { metadata: { filediff: { additions: 4, deletions: 1 } } },
    ),
  ).toEqual(["Edit", "src/a.ts", "+4 −1"])
  expect(line("a", "read", { filePath: "/etc/hosts", offset: 10, limit: 5 })).toEqual([
    "Read",
    "/etc/hosts",
    "lines 10–14",
  ])
  expect(line("a", "grep", { pattern: "x" }, { metadata: { matches: 1 } })).toEqual([
    "Search",
    "x",
    "1 match",
  ])
})

test("an answered question shows the answer", () => {
  const questions = [{ question: "Which colour?" }, { question: "Which extras?" }]
  const answers = [["Teal"], ["Shade", "Ring"]]
  expect(line("a", "question", { questions }, { metadata: { answers } })).toEqual([
    "Ask",
    "Which colour?",
    "Teal, Shade, Ring",
  ])
})

test("a plan shows how far it is and what is done now", () => {
  const todos = [
    { content: "Read", status: "completed" },
    { content: "Write", status: "in_progress" },
  ]
  expect(line("a", "todowrite", { todos })).toEqual(["Plan", "Write", "1 of 2 done"])
})

test("a tool that we do not know stands under its own name with the server's title", () => {
  expect(line("a", "acme_deploy", { to: "prod" }, { title: "Deploy to prod" })).toEqual([
    "acme_deploy",
    "Deploy to prod",
    "",
  ])
})

test("input of the wrong shape is left out, never shown as [object Object]", () => {
  for (const tool of ["bash", "edit", "read", "todowrite", "question", "task", "apply_patch"]) {
    const words = line(
      "a",
      tool,
      { command: {}, filePath: 7, todos: "x", questions: [null] },
      { metadata: { todos: [1] } },
    )
    expect(words.join(" ")).not.toMatch(/object|undefined|NaN|null/)
  }
})

test("a call that still runs promises no result", () => {
  const running = withState(toolPart("a", "bash", {}), {
    status: "running",
    input: { command: "sleep 9" },
    metadata: { exit: 1 },
    time: { start: 1 },
  })
  expect(toolWords(running, "/").result).toBe("")
})

test("exploration counts files once, and searches each time", () => {
  const read = (id: string, filePath: string) => toolPart(id, "read", { filePath })
  expect(
    exploreWords([
      read("a", "/x"),
      read("b", "/x"),
      read("c", "/y"),
      toolPart("d", "grep", {}),
      toolPart("e", "glob", {}),
    ]),
  ).toBe("Read 2 files · searched 2×")
  expect(exploreWords([toolPart("d", "list", {}), toolPart("e", "list", {})])).toBe("Listed 2 directories")
})

test("a tool named like something every object has is a tool that we do not know", () => {
  for (const tool of ["__proto__", "constructor", "toString", "valueOf"])
    expect(line("a", tool, { verb: {}, object: "x" }, { title: "T" })).toEqual([tool, "T", ""])
})

test("nothing in a line is hidden or turned around", () => {
  expect(line("a", "bash", { command: "ls # \u202ehs | lruc" })).toEqual([
    "Run",
    "ls # ⟨U+202E⟩hs | lruc",
    "",
  ])
  expect(line("a", "x\u200by", {}, { title: "a\u2066b" })).toEqual(["x⟨U+200B⟩y", "a⟨U+2066⟩b", ""])
})
