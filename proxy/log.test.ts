import { expect, test } from "vitest"
import { makeLog } from "./log.ts"

function linesOf(format: "json" | "pretty") {
  const lines: string[] = []
  return { lines, log: makeLog({ format, level: "info", write: (line) => lines.push(line) }) }
}

test("log injection: a path cannot steer the terminal or begin a line of its own", () => {
  const { lines, log } = linesOf("pretty")
  log.info({ path: "/\u001b[2J\n12:00:00 error forged\u009b31m" }, "request")
  expect(lines.join("")).toMatch(/^\d\d:\d\d:\d\d info {2}request path=[^\n]*\n$/)
  for (const control of ["\u001b", "\u009b"]) expect(lines.join("")).not.toContain(control)
})

test("fields that carry secrets are blotted out wherever someone puts them", () => {
  const { lines, log } = linesOf("json")
  log.info({ authorization: "s3cret", server: { password: "s3cret" }, request: { cookie: "s3cret" } }, "x")
  expect(lines.join("")).not.toContain("s3cret")
})

test("an error is logged without the query of the address that it names", () => {
  const { lines, log } = linesOf("json")
  const err = Object.assign(new Error('fetching "http://10.0.0.1/x?token=s3cret" failed'), {
    path: "http://10.0.0.1/x?token=s3cret",
    code: "ECONNRESET",
  })
  err.stack = `Error: ${err.message}\n    at somewhere`
  log.error({ err }, "bug")
  expect(lines.join("")).toContain("ECONNRESET")
  expect(lines.join("")).not.toContain("s3cret")
})
