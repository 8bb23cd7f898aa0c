// What the words of a file give away: leftovers, synonyms, knowledge that belongs elsewhere, colours.
import { posix } from "node:path"
import { keepers, leftovers, namedByOthers, synonymExceptions, synonyms } from "./house.ts"
import { isProduction, isTest, type SourceFile } from "./source-files.ts"

export function leftoverWords({ path, text }: SourceFile): string[] {
  // The table and its test must name what they forbid.
  if (path.startsWith("tests/house")) return []
  return leftovers
    .filter(({ pattern }) => pattern.test(text))
    .map(({ pattern, say }) => `${path}: ${say} (${pattern.exec(text)?.[0].trim()})`)
}

export function forbiddenSynonyms({ path, text }: SourceFile): string[] {
  if (!isProduction(path) || path in synonymExceptions) return []
  return synonyms
    .filter(({ word }) => word.test(text))
    .map(({ word, instead }) => `${path}: "${word.exec(text)?.[0]}": say ${instead}`)
}

export function keptKnowledge({ path, text }: SourceFile): string[] {
  if (!isProduction(path)) return []
  return keepers
    .filter((keeper) => path.startsWith(keeper.in) && !keeper.only.some((place) => path.startsWith(place)))
    .filter((keeper) => keeper.word.test(withoutComments(text)))
    .map((keeper) => `${path}: only ${keeper.only[0]} has ${keeper.word}, because ${keeper.why}`)
}

export function badName({ path }: SourceFile): string[] {
  const name = posix.basename(path)
  const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|config|d))?\.[a-z]+$/
  return namedByOthers.test(name) || kebab.test(name) ? [] : [`${path}: names are kebab-case`]
}

const colourFunctions = /(?<![\w-])(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(/
const hexColour = /(?<![\w&/])#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})(?![\w-])/i
const namedColours =
  /(?<![\w-])(?:white|black|red|green|blue|yellow|orange|purple|pink|gr[ae]y|teal|cyan|magenta|navy|maroon|olive|silver|gold|brown|crimson|tomato|salmon|coral|indigo|violet|lime|aqua|fuchsia|beige|ivory|khaki|lavender|linen|orchid|plum|tan|turquoise|wheat|sand)(?![\w-])/i

/** Only app/ui/tokens.css names colours; `transparent` and `currentColor` name none. */
export function namedColoursIn({ path, text }: SourceFile): string[] {
  if (path === "app/ui/tokens.css" || isTest(path) || !path.startsWith("app/")) return []
  const code = withoutComments(text)
  if (path.endsWith(".css")) {
    const values = [...code.matchAll(/[\w-]+\s*:\s*([^;{}]+)[;}]/g)].map((match) => match[1] ?? "")
    return values
      .filter((value) => namesColour(value))
      .map((value) => `${path}: names a colour: ${value.trim()}`)
  }
  if (!path.endsWith(".tsx")) return []
  const styles = [...code.matchAll(/style=\{?\{?[^}>]*/g)].map((match) => match[0])
  const literals = [...code.matchAll(/["'`](#[0-9a-f]{3,8}|(?:rgba?|hsla?|oklch)\([^"'`]*)["'`]/gi)].map(
    (m) => m[0],
  )
  return [...styles.filter((style) => namesColour(style)), ...literals].map(
    (value) => `${path}: names a colour: ${value}`,
  )
}

function namesColour(value: string): boolean {
  const plain = value.replace(/var\([^)]*\)|url\([^)]*\)/g, "")
  return hexColour.test(plain) || colourFunctions.test(plain) || namedColours.test(plain)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "")
}
