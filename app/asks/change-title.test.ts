import { expect, test } from "vitest"
import { changeTitle } from "./change-title.ts"

const diff = (path: string, hunk: string, lines: string) => `--- ${path}\n+++ ${path}\n${hunk}\n${lines}\n`

test("an edit names its file, and says when it is a new one", () => {
  const edit = diff("/work/repo/src/greeting.ts", "@@ -1,1 +1,1 @@", "-b()\n+await b()")
  expect(changeTitle(edit, "/work/repo/src/greeting.ts")).toBe("change greeting.ts")
  expect(changeTitle(edit, "")).toBe("change greeting.ts")
  expect(changeTitle(diff("notes.txt", "@@ -0,0 +1,1 @@", "+hello"), "notes.txt")).toBe("create notes.txt")
  expect(changeTitle(diff("notes.txt", "@@ -1,1 +0,0 @@", "-hello"), "notes.txt")).toBe(
    "empty or delete notes.txt",
  )
})

test("several files are counted, and a text that is no diff names nothing", () => {
  const two = diff("a.ts", "@@ -1,1 +1,1 @@", "-a\n+b") + diff("b.ts", "@@ -1,1 +1,1 @@", "-a\n+b")
  expect(changeTitle(two, "a.ts, b.ts")).toBe("change 2 files")
  expect(changeTitle("", "a.ts")).toBeUndefined()
})
