import { expect, test } from "vitest"
import { safeLink } from "./safe-link.ts"

test("only addresses of pages and of people are links", () => {
  expect(safeLink("https://example.com/a?b#c")).toBe("https://example.com/a?b#c")
  expect(safeLink("http://127.0.0.1:3000")).toBe("http://127.0.0.1:3000/")
  expect(safeLink("mailto:me@example.com")).toBe("mailto:me@example.com")
})

test.each([
  "javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,x",
  "blob:https://a/1",
  "ftp://a",
  "tel:1",
])("another scheme is no link: %j", (href) => expect(safeLink(href)).toBeUndefined())

test.each(["/api/config", "//evil.example", "?x", "#x", "", "https://bank.example@evil.example"])(
  "an address that leads into our own pages or hides its host is no link: %j",
  (href) => expect(safeLink(href)).toBeUndefined(),
)
