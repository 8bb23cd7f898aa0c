import { expect, test } from "vitest"
import { parseDiff } from "./unified-diff.ts"

const edit = `Index: /work/src/a.ts
===================================================================
--- /work/src/a.ts\t2024-01-01
+++ /work/src/a.ts
@@ -1,3 +1,4 @@
 one
-two
+2
+2.5
 three
@@ -10 +11 @@
--- a line that looks like a head
+++ so does this
\\ No newline at end of file
`

test("lines carry their numbers on the side where they exist", () => {
  const [file] = parseDiff(edit)
  expect(file?.path).toBe("/work/src/a.ts")
  expect(file?.lines.slice(0, 5)).toEqual([
    { kind: "same", text: "one", before: 1, after: 1 },
    { kind: "removed", text: "two", before: 2 },
    { kind: "added", text: "2", after: 2 },
    { kind: "added", text: "2.5", after: 3 },
    { kind: "same", text: "three", before: 3, after: 4 },
  ])
})

test("content that looks like a file head stays content", () => {
  const [file, ...others] = parseDiff(edit)
  expect(others).toEqual([])
  expect(file?.lines.slice(5)).toEqual([
    { kind: "gap" },
    { kind: "removed", text: "-- a line that looks like a head", before: 10 },
    { kind: "added", text: "++ so does this", after: 11 },
  ])
  expect([file?.added, file?.removed]).toEqual([3, 2])
})

test("several files, new ones and deleted ones have the name that is left", () => {
  const files = parseDiff(
    "--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1,1 @@\n+x\n--- a/old.ts\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-y\n",
  )
  expect(files.map((file) => file.path)).toEqual(["new.ts", "old.ts"])
})

test("text that is no diff gives nothing, and a diff that is cut off gives what is there", () => {
  expect(parseDiff("hello\n+ not a hunk")).toEqual([])
  expect(parseDiff("--- a\n+++ b\n@@ -1,9 +1,9 @@\n same")[0]?.lines).toContainEqual({
    kind: "same",
    text: "same",
    before: 1,
    after: 1,
  })
})
