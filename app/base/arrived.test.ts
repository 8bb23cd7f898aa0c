import { expect, test } from "vitest"
import { arrived } from "./arrived.ts"

test("a part that arrives is given on, one that the connection broke off under is missing", async () => {
  expect(await arrived(Promise.resolve("part"))).toBe("part")
  const broken = new TypeError("Failed to fetch dynamically imported module")
  expect(await arrived(Promise.reject(broken))).toBeUndefined()
  const unstyled = new Error("Unable to preload CSS for /assets/session-screen.css")
  expect(await arrived(Promise.reject(unstyled))).toBeUndefined()
})

test("a part that arrives and throws is a bug, and not hidden", async () => {
  await expect(arrived(Promise.reject(new ReferenceError("oops")))).rejects.toThrow("oops")
})
