import { expect, test } from "vitest"
import { renderMarkdown } from "./render-markdown.ts"
import { addScrollers, replaceGrown } from "./scrollers.ts"

const draw = (source: string) => {
  const fragment = renderMarkdown(source)
  addScrollers(fragment)
  return fragment
}
const table = "| a | b |\n|---|---|\n| 1 | 2 |"

test("tables and code can be reached and scrolled with the keyboard, also before they are complete", () => {
  const root = document.createElement("div")
  root.append(draw(`${table}\n\n> ${table.replaceAll("\n", "\n> ")}\n\n\`\`\`ts\nconst a = `))
  expect(root.querySelectorAll(".table-scroller[tabindex='0'] > table")).toHaveLength(2)
  expect(root.querySelector(".table-scroller")?.getAttribute("aria-label")).toBe("Table")
  expect(root.querySelector("pre")?.tabIndex).toBe(0)
})

test("code that grows while somebody reads it keeps its place and the focus", () => {
  const root = document.createElement("div")
  document.body.replaceChildren(root)
  replaceGrown(root, draw("```\nfirst"))
  const before = root.querySelector("pre")
  before?.focus()
  if (before) before.scrollLeft = 40
  replaceGrown(root, draw("```\nfirst\nsecond"))
  const after = root.querySelector("pre")
  expect(after).not.toBe(before)
  expect(after?.textContent).toContain("second")
  expect([after?.scrollLeft, document.activeElement]).toEqual([40, after])
})
