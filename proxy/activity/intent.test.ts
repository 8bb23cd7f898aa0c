import { describe, expect, test } from "vitest"
import { byHand, byPrograms, operationsOf } from "../../tests/wire/opencode-operations.ts"
import { isByHand, isTyped } from "./intent.ts"

/** `POST /session/{sessionID}/shell` → the request that a client sends. */
function request(operation: string): [method: string, path: string] {
  const [method = "", path = ""] = operation.split(" ")
  return [method, path.replace(/\{\w+\}/g, "ses_0a").replace("*", "src/main.ts")]
}

describe("a person acts with", () => {
  test.each(operationsOf(byHand))("%s", (operation) => {
    const [method, path] = request(operation)
    expect(isByHand(method, path)).toBe(true)
    expect(isByHand(method, `${path}?directory=%2Flog`)).toBe(true)
  })
})

describe("nobody has to be there for", () => {
  test.each(operationsOf(byPrograms))("%s", (operation) => {
    const [method, path] = request(operation)
    expect(isByHand(method, path)).toBe(false)
    expect(isByHand(method, `${path}?directory=/find/file/content`)).toBe(false)
  })
})

test("a write that we have not met counts, a read that we have not met does not", () => {
  expect(isByHand("POST", "/something/new")).toBe(true)
  expect(isByHand("GET", "/something/new")).toBe(false)
  expect(isByHand("GET", "/findings")).toBe(false)
  expect(isByHand("HEAD", "/file/content?path=a")).toBe(false)
  expect(isByHand("OPTIONS", "/session")).toBe(false)
})

describe("a terminal's message", () => {
  test.each([
    ["a letter", "l"],
    ["a command", "npm test\r"],
    ["an arrow key", "\x1b[A"],
    ["a function key", "\x1b[15~"],
    ["the escape key", "\x1b"],
    ["alt and a letter", "\x1bb"],
    ["a click", "\x1b[<0;10;5M"],
    ["a bracketed paste", "\x1b[200~cR\x1b[201~"],
    ["a report and a letter", "\x1b[5;1Rx"],
    ["bytes", new TextEncoder().encode("ls\r")],
  ])("is typed: %s", (_name, message) => {
    expect(isTyped(message)).toBe(true)
  })

  test.each([
    ["what kind of terminal it is", "\x1b[?1;2c"],
    ["where the cursor is", "\x1b[24;80R"],
    ["that all is well", "\x1b[0n"],
    ["its size", "\x1b[8;24;80t"],
    ["a mode", "\x1b[?2026;2$y"],
    ["its background", "\x1b]11;rgb:1e1e/1e1e/1e1e\x07"],
    ["its background, ended otherwise", "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"],
    ["its version", "\x1bP>|xterm.js(6)\x1b\\"],
    ["that it lost the focus", "\x1b[O"],
    ["two things at once", "\x1b[?1;2c\x1b[24;80R"],
    ["nothing", ""],
  ])("is the terminal's own: %s", (_name, message) => {
    expect(isTyped(message)).toBe(false)
    expect(isTyped(new TextEncoder().encode(message))).toBe(false)
  })
})
