import { createCssVariablesTheme, createHighlighterCore } from "shiki/core"
import { createJavaScriptRegexEngine } from "shiki/engine/javascript"
import ruby from "shiki/langs/ruby.mjs"
import { expect, test } from "vitest"
import cppAsC from "./cpp-as-c.ts"
import { highlight } from "./highlight.ts"
import { languageOf, languages } from "./languages.ts"

async function coloured(source: string, language: string): Promise<Record<string, string>> {
  const nodes = (await highlight(source, language)) ?? []
  return Object.fromEntries(
    nodes.flatMap((node) =>
      node instanceof HTMLElement ? [[node.textContent?.trim() ?? "", node.className]] : [],
    ),
  )
}

test("C++ has the colours of C and of its own words, but not inside a comment or a string", async () => {
  const source = 'namespace a { virtual int b() override { return nullptr; } } // class\nchar c[] = "class";'
  const tokens = await coloured(source, "c++")
  for (const word of ["namespace", "virtual", "override", "return"])
    expect(tokens[word]).toBe("code-token-keyword")
  expect(tokens.nullptr).toBe("code-token-constant")
  expect(tokens["// class"]).toBe("code-token-comment")
  expect(tokens.class).toBeUndefined()
})

// In the build it stands in for Shiki's own, which is too large (vite.config.ts).
test("a grammar that asks for C++ is content with this one", async () => {
  const shiki = await createHighlighterCore({
    themes: [createCssVariablesTheme({ name: "tokens" })],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  })
  const withoutTheirs = ruby.filter((language) => !language.name.startsWith("cpp"))
  expect(withoutTheirs.length).toBeLessThan(ruby.length)
  await shiki.loadLanguage([...withoutTheirs, ...cppAsC])
  const source = "def a\n  <<~CPP\n    class A;\n  CPP\nend"
  const { tokens } = shiki.codeToTokens(source, { lang: "ruby", theme: "tokens" })
  expect(tokens.flat().map((token) => token.content.trim())).toContain("class")
})

test("every language that we name loads and colours", async () => {
  for (const name of Object.keys(languages)) expect(await highlight("a", name), name).toBeDefined()
  expect(languageOf("hpp")).toBe("cpp")
}, 60_000)
