import { expect, test } from "vitest"
import { fileName, shortPath } from "./short-path.ts"

test("a path below the directory is written from there, on a boundary; others stay whole", () => {
  expect(shortPath("/work/repo/src/a.ts", "/work/repo")).toBe("src/a.ts")
  expect(shortPath("/work/repo/src/a.ts", "/work/repo/")).toBe("src/a.ts")
  expect(shortPath("/work/repository/a.ts", "/work/repo")).toBe("/work/repository/a.ts")
  expect([fileName("src/deep/a.ts"), fileName("a.ts")]).toEqual(["a.ts", "a.ts"])
})
