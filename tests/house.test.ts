// Holds the table in house/house.ts against every file.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { bareSpecifiers, importTrespasses, ownerTrespasses } from "./house/check-imports.ts"
import { missingPaths } from "./house/check-paths.ts"
import { codeLinesOf, spread, staleExceptions, tooLong } from "./house/check-sizes.ts"
import {
  badName,
  forbiddenSynonyms,
  keptKnowledge,
  leftoverWords,
  namedColoursIn,
} from "./house/check-text.ts"
import { requestPath, sizeExceptions, synonymExceptions } from "./house/house.ts"
import { isCode, isProduction, readSourceFiles, root } from "./house/source-files.ts"

const files = readSourceFiles()
const code = files.filter(({ path }) => isCode(path))

describe("the house", () => {
  test("is where we look for it", () => expect(code.length).toBeGreaterThan(50))

  test("imports go only in the directions of the table", () =>
    expect(code.flatMap(importTrespasses)).toEqual([]))

  test("a package is loaded only where it belongs", () => expect(code.flatMap(ownerTrespasses)).toEqual([]))

  test("relative imports name the file they mean", () => expect(code.flatMap(bareSpecifiers)).toEqual([]))

  test("only tokens.css names colours", () => expect(files.flatMap(namedColoursIn)).toEqual([]))

  test("what one module knows, the others ask it for", () => expect(files.flatMap(keptKnowledge)).toEqual([]))

  test("no file passes the stop", () => expect(tooLong(files)).toEqual([]))

  test("most files are short", () => expect(spread(files)).toEqual([]))

  test("what a request passes can be read in an afternoon", () => {
    const passed = code.filter(
      ({ path }) => isProduction(path) && requestPath.rooms.some((room) => path.startsWith(room)),
    )
    expect(passed.length).toBeGreaterThan(15)
    const lines = passed.reduce((sum, { text }) => sum + codeLinesOf(text), 0)
    expect(lines).toBeLessThanOrEqual(requestPath.most)
  })

  test("nothing unfinished is left behind", () => expect(files.flatMap(leftoverWords)).toEqual([]))

  test("one thing has one word", () => expect(code.flatMap(forbiddenSynonyms)).toEqual([]))

  test("file names are kebab-case", () => expect(files.flatMap(badName)).toEqual([]))

  test("every exception is still needed", () => {
    expect(staleExceptions(files, { ...sizeExceptions, ...synonymExceptions })).toEqual([])
  })

  test("ARCHITECTURE.md names only places that exist", () => {
    const map = readFileSync(join(root, "ARCHITECTURE.md"), "utf8")
    expect(missingPaths(map, (path) => existsSync(join(root, path)))).toEqual([])
  })
})
