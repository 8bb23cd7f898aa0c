// Shiki on its JavaScript regex engine: no WASM, so the content security policy stays strict.
import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from "shiki/core"
import { createJavaScriptRegexEngine } from "shiki/engine/javascript"
import { arrived } from "../../base/arrived.ts"
import { languageOf, languages } from "./languages.ts"

/** Colouring runs on the main thread; beyond this a block stays plain instead of blocking the page. */
const maxCharacters = 60_000
const variable = /^var\(--code-([\w-]+)\)$/

let highlighter: Promise<HighlighterCore> | undefined

/**
 * The text as spans whose classes tokens.css colours; undefined when this language or size stays plain, or the language
 * did not arrive.
 */
export async function highlight(text: string, written: string): Promise<Node[] | undefined> {
  const language = languageOf(written)
  const load = language ? languages[language] : undefined
  if (!language || !load || text.length > maxCharacters) return undefined
  highlighter ??= createHighlighterCore({
    themes: [createCssVariablesTheme({ name: "tokens", variablePrefix: "--code-", fontStyle: false })],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  })
  const shiki = await highlighter
  const isLoaded = await arrived(shiki.loadLanguage(load).then(() => true))
  if (!isLoaded) return undefined
  const { tokens } = shiki.codeToTokens(text, { lang: language, theme: "tokens" })
  return tokens.flatMap((line, index) => [
    ...(index === 0 ? [] : [document.createTextNode("\n")]),
    ...line.map((token) => spanOf(token.content, token.color)),
  ])
}

/** Classes and not style attributes: the content security policy refuses the latter. */
function spanOf(text: string, color: string | undefined): Node {
  const name = variable.exec(color ?? "")?.[1]
  if (!name || name === "foreground") return document.createTextNode(text)
  const span = document.createElement("span")
  span.className = `code-${name}`
  span.textContent = text
  return span
}
