import { describe, expect, test } from "vitest"
import { isUnder, joinPrefix, prefixOf, underPrefix } from "./prefix.ts"

describe("the prefix", () => {
  test("is the path of the base element, with both slashes", () => {
    expect(prefixOf("https://gateway.example/notebook/team-a/my-nb/")).toBe("/notebook/team-a/my-nb/")
    expect(prefixOf("http://127.0.0.1:8888/")).toBe("/")
  })

  test("ends at the last slash, so a page name is never taken for a part of it", () => {
    expect(prefixOf("http://host/a/b/index.html")).toBe("/a/b/")
  })

  test("is the root where the document has no address", () => {
    expect(prefixOf("about:blank")).toBe("/")
  })

  test("stands in front of a path exactly once, with or without a leading slash", () => {
    expect(joinPrefix("/a/b/", "api/config")).toBe("/a/b/api/config")
    expect(joinPrefix("/a/b/", "/api/config")).toBe("/a/b/api/config")
  })

  test("never makes an address on another host out of a path", () => {
    expect(underPrefix("//evil.example/x")).toBe("/evil.example/x")
  })
})

test.each([
  ["/", "/anything", true],
  ["/notebook/a/b/", "/notebook/a/b/s/local/", true],
  ["/notebook/a/b/", "/notebook/a/b", true],
  ["/notebook/a/b/", "/", false],
  ["/notebook/a/b/", "/notebook/a/bc/", false],
])("under %s, %s is ours: %s", (prefix, path, ours) => {
  expect(isUnder(prefix, path)).toBe(ours)
})
