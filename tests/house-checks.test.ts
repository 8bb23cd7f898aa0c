// The checks of the house on planted trespasses: a check that finds nothing in bad code guards nothing.
import { describe, expect, test } from "vitest"
import {
  bareSpecifiers,
  imports,
  importTrespasses,
  loads,
  ownerTrespasses,
  roomOf,
} from "./house/check-imports.ts"
import { missingPaths } from "./house/check-paths.ts"
import { codeLinesOf, spread, tooLong } from "./house/check-sizes.ts"
import {
  badName,
  forbiddenSynonyms,
  keptKnowledge,
  leftoverWords,
  namedColoursIn,
} from "./house/check-text.ts"

const file = (path: string, text = "") => ({ path, text })
const lines = (count: number) => "x\n".repeat(count)

describe("reading imports", () => {
  const text = `import type { A } from "./a.ts"
import { type B } from "./b.ts"
import { c } from "./c.ts"
export { d } from "./d.ts"
const e = () => import("./e.tsx")
const text = \`import { x } from "./not-an-import.ts"\``

  test("types count for directions and not for what is loaded", () => {
    expect(imports(file("app/chat/x.ts", text))).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.tsx"])
    expect(loads(file("app/chat/x.ts", text))).toEqual(["./c.ts", "./d.ts", "./e.tsx"])
  })

  test("a file belongs to the innermost room", () => {
    expect(roomOf("app/chat/parts/tool-line.tsx")).toBe("app/chat")
    expect(roomOf("app/routes.tsx")).toBe("app")
    expect(roomOf("proxy/config-values.ts")).toBe("proxy/config")
    expect(roomOf("proxy/listen.ts")).toBe("proxy")
    expect(roomOf("elsewhere/x.ts")).toBeUndefined()
  })
})

describe("directions", () => {
  const trespasses: [string, string][] = [
    ["app/base/x.ts", `import { y } from "../ui/y.ts"`],
    ["app/base/x.ts", `import type { Server } from "../servers/server.ts"`],
    ["app/ui/x.tsx", `import { Server } from "../servers/server.ts"`],
    ["app/servers/x.ts", `import { link } from "../connection/link.ts"`],
    ["app/chat/x.ts", `import { ask } from "../asks/ask.ts"`],
    ["app/chat/x.ts", `import { draft } from "../composer/draft.ts"`],
    ["app/connection/x.ts", `const chat = () => import("../chat/chat.ts")`],
    ["app/chat/x.tsx", `import { Frame } from "../screens/frame.tsx"`],
    ["app/servers/x.ts", `import { config } from "../../proxy/config.ts"`],
    ["proxy/routes/x.ts", `import { prefix } from "../../app/base/prefix.ts"`],
    ["proxy/forward/x.ts", `import { route } from "../routes/forward.ts"`],
    ["proxy/guard/x.ts", `import { target } from "../forward/target.ts"`],
    ["proxy/x.ts", `import { fake } from "../tests/fakes/child.ts"`],
    ["shared/x.ts", `import { y } from "../app/base/prefix.ts"`],
    ["app/chat/x.ts", `import { fake } from "../../tests/fakes/child.ts"`],
    ["somewhere/x.ts", ""],
  ]
  for (const [path, text] of trespasses) {
    test(`${path} with «${text}» is refused`, () =>
      expect(importTrespasses(file(path, text))).toHaveLength(1))
  }

  const allowed: [string, string][] = [
    ["app/composer/x.ts", `import { send } from "../chat/chat.ts"`],
    ["app/screens/x.tsx", `import { y } from "../base/prefix.ts"`],
    ["app/chat/x.test.ts", `import { fake } from "../../tests/fakes/child.ts"`],
    ["proxy/serve-ui.ts", `import manifest from "../package.json"`],
  ]
  for (const [path, text] of allowed) {
    test(`${path} with «${text}» is fine`, () => expect(importTrespasses(file(path, text))).toEqual([]))
  }
})

describe("owners", () => {
  const trespasses: [string, string][] = [
    ["app/chat/x.ts", `import { createOpencodeClient } from "@opencode-ai/sdk/v2/client"`],
    ["app/servers/x.tsx", `import { Dialog } from "@kobalte/core/dialog"`],
    ["app/chat/parts/x.tsx", `import { marked } from "marked"`],
    ["app/base/x.ts", `import { join } from "node:path"`],
    ["shared/x.ts", `import { Hono } from "hono"`],
    ["proxy/x.ts", `import { createSignal } from "solid-js"`],
  ]
  for (const [path, text] of trespasses) {
    test(`${path} with «${text}» is refused`, () => expect(ownerTrespasses(file(path, text))).toHaveLength(1))
  }

  test("the protocol's types are free", () => {
    expect(
      ownerTrespasses(file("app/chat/x.ts", `import type { Session } from "@opencode-ai/sdk/v2/client"`)),
    ).toEqual([])
  })

  test("an import without an extension is refused", () => {
    expect(bareSpecifiers(file("app/chat/x.ts", `import { y } from "./y"`))).toHaveLength(1)
  })
})

describe("words", () => {
  const unfinished = [
    "// TODO later",
    "// @ts-ignore",
    "try { x() } catch {}",
    "try { x() } catch (error) { }",
    "test.only('x', y)",
    "describe.skip('x', y)",
  ]
  for (const text of unfinished) {
    test(`«${text}» is refused`, () => expect(leftoverWords(file("app/chat/x.ts", text))).toHaveLength(1))
  }

  test("a sandbox is no workspace and no instance", () => {
    expect(forbiddenSynonyms(file("app/x.ts", "const workspace = 1"))).toHaveLength(1)
    expect(forbiddenSynonyms(file("proxy/x.ts", "// starts the instance"))).toHaveLength(1)
    expect(forbiddenSynonyms(file("proxy/x.ts", "// for instance x instanceof Y"))).toEqual([])
  })

  test("only its keeper has the prefix", () => {
    expect(keptKnowledge(file("app/servers/x.ts", "new URL(path, document.baseURI)"))).toHaveLength(1)
    expect(keptKnowledge(file("app/servers/x.ts", "localStorage.getItem('x')"))).toHaveLength(1)
    expect(keptKnowledge(file("app/base/prefix.ts", "document.baseURI"))).toEqual([])
  })

  const colours: [string, string][] = [
    ["app/chat/x.css", ".a { color: #fff }"],
    ["app/chat/x.css", ".a { border: 1px solid rgb(0 0 0 / 10%); }"],
    ["app/chat/x.css", ".a { background: white; }"],
    ["app/chat/x.css", ".a { color: color-mix(in oklch, red 10%, var(--ink)); }"],
    ["app/chat/x.tsx", `<i style={{ color: "red" }} />`],
    ["app/chat/x.tsx", `const ink = "#102030"`],
  ]
  for (const [path, text] of colours) {
    test(`${path} with «${text}» is refused`, () => expect(namedColoursIn(file(path, text))).toHaveLength(1))
  }

  test("tokens and colourless words are fine", () => {
    const css = "/* #fff */ .white-space { white-space: pre; color: var(--red-ink); background: transparent }"
    expect(namedColoursIn(file("app/chat/x.css", css))).toEqual([])
    expect(namedColoursIn(file("app/ui/tokens.css", ":root { --ink: #102030 }"))).toEqual([])
  })

  test("names are kebab-case", () => {
    expect(badName(file("app/ui/IconButton.tsx"))).toHaveLength(1)
    expect(badName(file("app/ui/icon_button.tsx"))).toHaveLength(1)
    expect(badName(file("app/ui/icon-button.test.tsx"))).toEqual([])
  })
})

describe("sizes and places", () => {
  test("a file over the stop is named", () => {
    expect(tooLong([file("app/x.ts", lines(301))])).toHaveLength(1)
    expect(tooLong([file("app/x.ts", lines(300)), file("app/x.test.ts", lines(400))])).toEqual([])
    expect(tooLong([file("app/x.test.ts", lines(401))])).toHaveLength(1)
  })

  test("a house of long files is refused even when none passes the stop", () => {
    expect(
      spread([file("app/x.ts", lines(91)), file("app/y.ts", lines(91)), file("app/z.ts", lines(91))]),
    ).toHaveLength(1)
    expect(
      spread(Array.from({ length: 10 }, (_, at) => file(`app/${at}.ts`, lines(at > 7 ? 250 : 10)))),
    ).toHaveLength(1)
  })

  test("a place that does not exist is named", () => {
    const map =
      "See `app/base/prefix.ts`, `proxy/nowhere.ts` and [tests](tests/house.test.ts); `npm test` is no place."
    expect(missingPaths(map, (path) => path !== "proxy/nowhere.ts")).toEqual(["proxy/nowhere.ts"])
  })
})

test("lines of code are what is left without imports, comments and blank lines", () => {
  const text = `// why
import {
  a,
} from "./a.ts"

/**
 * what
 */
export function b(): string {
  // a threat
  return "/* no comment */"
}
`
  expect(codeLinesOf(text)).toBe(3)
})
