import { describe, expect, test } from "vitest"
import { pathInside, pathOf, redirectToSlash, visiblePrefix, writeBase } from "./prefix.ts"

const prefix = "/notebook/team-a/my-nb/"
const at = (path: string) => `http://127.0.0.1:8888${path}`

describe("the path behind the prefix", () => {
  test.each([
    ["/notebook/team-a/my-nb/", "/"],
    ["/notebook/team-a/my-nb/s/local/", "/s/local/"],
    ["/notebook/team-a/my-nb/api/proxy/x?y=/z", "/api/proxy/x"],
    ["/s/local/", "/s/local/"],
    ["/", "/"],
  ])("%s → %s, kept or stripped by the gateway", (path, inside) => {
    expect(pathInside(at(path), prefix)).toBe(inside)
  })
  test("a longer name that begins alike is not under it", () => {
    expect(pathInside(at("/notebook/team-a/my-nbx/s/local/"), prefix)).toBe(
      "/notebook/team-a/my-nbx/s/local/",
    )
  })
  test("percent escapes stay as they are: decoded twice, `%252e` would become a dot", () => {
    expect(pathInside(at("/notebook/team-a/my-nb/api/proxy/%252e%252e"), prefix)).toBe(
      "/api/proxy/%252e%252e",
    )
  })
})

test.each([
  ["http://x", "/"],
  ["http://x?a", "/"],
  ["evil:443", "/"],
  ["/only/path?q", "/only/path"],
  ["http://x/a#b?c", "/a"],
])("the path of %s is %s", (url, path) => {
  expect(pathOf(url)).toBe(path)
})

test("without its slash the prefix redirects, relative to what the browser sees, and keeps the query", () => {
  expect(redirectToSlash(at("/notebook/team-a/my-nb"), prefix)).toBe("my-nb/")
  expect(redirectToSlash(at("/notebook/team-a/my-nb?a=b"), prefix)).toBe("my-nb/?a=b")
  expect(redirectToSlash(at("/notebook/team-a/my-nb/"), prefix)).toBeUndefined()
  expect(redirectToSlash(at("/notebook/team-a/my-nbx"), prefix)).toBeUndefined()
  expect(redirectToSlash(at("/"), "/")).toBeUndefined()
})

describe("the prefix that the browser sees", () => {
  test.each([
    ["kept by the gateway", `${prefix}s/local/`, prefix, undefined, prefix],
    ["stripped by the gateway", "/s/local/", prefix, undefined, prefix],
    ["stripped, and said so", "/s/local/", prefix, prefix, prefix],
    ["stripped by a gateway that knows more than we", "/s/local/", "/", "/deep/er/", "/deep/er/"],
    ["two gateways: one strips, one keeps", `${prefix}s/`, prefix, "/outer/", `/outer${prefix}`],
  ])("%s", (_name, path, own, forwarded, visible) => {
    expect(visiblePrefix(at(path), own, forwarded)).toBe(visible)
  })
})

test("the base is written once, before anything relative, in place of the one in the build", () => {
  const html = '<!doctype html><html><head>\n<base href="/"><link href="a.css"></head></html>'
  expect(writeBase(html, prefix)).toBe(
    `<!doctype html><html><head><base href="${prefix}"><link href="a.css"></head></html>`,
  )
})
