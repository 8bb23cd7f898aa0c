import { afterEach, expect, test, vi } from "vitest"
import { dressCode } from "./code-block.ts"
import { languageOf } from "./languages.ts"
import { renderMarkdown } from "./render-markdown.ts"

function block(source: string): HTMLElement {
  const root = document.createElement("div")
  root.append(renderMarkdown(source))
  document.body.replaceChildren(root)
  return root
}

afterEach(() => vi.unstubAllGlobals())

test("code in a known language gets its colours as classes, and its text stays the same", async () => {
  let root = block("")
  // Colouring a line has a limit of time, which the first one may pass on a busy machine: it reads the grammar.
  const coloured = async () => {
    root = block("```ts\nconst a = 1 // <b>one</b>\n```")
    dressCode(root)
    await vi.waitFor(() => expect(root.querySelector(".code-token-keyword")).not.toBeNull(), 10_000)
    return root.querySelector(".code-token-keyword")?.textContent
  }
  if ((await coloured()) !== "const") expect(await coloured()).toBe("const")
  expect(root.querySelector("code")?.textContent).toBe("const a = 1 // <b>one</b>\n")
  // The content security policy refuses style attributes.
  expect(root.querySelector("[style]")).toBeNull()
})

test("code in a language that we do not know stays plain", () => {
  expect(languageOf("brainfuck")).toBeUndefined()
  expect(languageOf("constructor")).toBeUndefined()
  expect([languageOf("TS"), languageOf("sh"), languageOf("c++")]).toEqual(["typescript", "bash", "cpp"])
})

test("each block, also one inside a list, copies exactly its own text", async () => {
  const writeText = vi.fn(async () => undefined)
  vi.stubGlobal("navigator", { clipboard: { writeText } })
  const root = block("```\nfirst\n```\n\n- item\n\n  ```\n  second\n  ```")
  dressCode(root)
  const buttons = [...root.querySelectorAll("button")]
  for (const button of buttons) button.click()
  expect(writeText.mock.calls).toEqual([["first\n"], ["second\n"]])
  await vi.waitFor(() => expect(buttons[0]?.textContent).toBe("Copied"))
})

test("a browser that forbids copying says so instead of pretending", async () => {
  vi.stubGlobal("navigator", { clipboard: { writeText: async () => Promise.reject(new Error("denied")) } })
  const root = block("```\nfirst\n```")
  dressCode(root)
  root.querySelector("button")?.click()
  await vi.waitFor(() =>
    expect(root.querySelector("button")?.textContent).toBe("Copying is not allowed here"),
  )
})
