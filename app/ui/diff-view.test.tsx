import { cleanup, render } from "@solidjs/testing-library"
import { afterEach, expect, test } from "vitest"
import { DiffView } from "./diff-view.tsx"

afterEach(cleanup)

const texts = () => [...document.querySelectorAll(".diff-text")].map((line) => line.textContent)

// The attack: a line of source that reads as a comment and runs as code.
test("a changed line shows what would be in the file, and so does its path", () => {
  const path = "a\u202ets.c"
  render(() => <DiffView diff={`--- ${path}\n+++ ${path}\n@@ -0,0 +1 @@\n+/* \u202e } if (admin) { */\n`} />)
  expect(texts()).toEqual(["/* ⟨U+202E⟩ } if (admin) { */"])
  expect(document.querySelector(".diff-path")?.textContent).toBe("a⟨U+202E⟩ts.c")
})

test("a file with Windows line ends is not full of codes, a lone return is shown", () => {
  render(() => <DiffView diff={"--- a\n+++ a\n@@ -1 +1,2 @@\n one\r\n+two\rthree\r\n"} />)
  expect(texts()).toEqual(["one", "two⟨U+000D⟩three"])
})

test("text that is no diff is shown as it is, with nothing hidden", () => {
  render(() => <DiffView diff={"no diff \u200b"} />)
  expect(document.querySelector(".diff-raw")?.textContent).toBe("no diff ⟨U+200B⟩")
})
