import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { requestIdOf, traceHeaders, traceIdOf } from "./trace.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

describe("the request id", () => {
  const made = () => "made"

  test.each(["a", "A-1_b.c", "x".repeat(64)])("%s of a client is kept", (id) => {
    expect(requestIdOf(new Headers({ "x-request-id": id }), made)).toBe(id)
  })

  test.each(["", "x".repeat(65), "a b", "a,b", "ü", "../x", 'a"b'])(
    "log forgery: %j of a client is replaced",
    (id) => {
      expect(requestIdOf(new Headers({ "x-request-id": id }), made)).toBe("made")
    },
  )

  test("is made where there is none", () => expect(requestIdOf(new Headers(), made)).toBe("made"))

  test("log forgery: no id of any spelling steers a log line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 80 }), (text) => {
        const headers = { get: () => text } as unknown as Headers
        expect(requestIdOf(headers, made)).toMatch(/^[A-Za-z0-9._-]{1,64}$/)
      }),
    )
  })
})

describe("trace context", () => {
  test.each([
    ["the form of today", traceparent],
    ["a later version", `cc-${traceId}-00f067aa0ba902b7-01`],
    ["a later version with more fields", `cc-${traceId}-00f067aa0ba902b7-01-what-the-future-holds`],
  ])("%s goes on unchanged, with its state", (_name, given) => {
    const headers = new Headers({ traceparent: given, tracestate: "vendor=1,other=a b" })
    expect(traceHeaders(headers)).toEqual([
      ["traceparent", given],
      ["tracestate", "vendor=1,other=a b"],
    ])
    expect(traceIdOf(headers)).toBe(traceId)
  })

  test.each([
    ["nothing", ""],
    ["upper case", traceparent.toUpperCase()],
    ["the forbidden version", `ff${traceparent.slice(2)}`],
    ["a trace id of zeros", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`],
    ["a parent id of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["a short trace id", `00-${traceId.slice(1)}-00f067aa0ba902b7-01`],
    ["no flags", traceparent.slice(0, -3)],
    ["more fields than version 00 has", `${traceparent}-x`],
    ["text glued to the end", `cc${traceparent.slice(2)}x`],
    ["two of them", `${traceparent}, ${traceparent}`],
    ["a tail without an end", `cc${traceparent.slice(2)}-${"x".repeat(101)}`],
  ])("%s is dropped, and its state with it", (_name, given) => {
    const headers = new Headers({ traceparent: given, tracestate: "vendor=1" })
    expect(traceHeaders(headers)).toEqual([])
    expect(traceIdOf(headers)).toBeUndefined()
  })

  test("a state that is longer than 512 bytes is dropped, the rest is not", () => {
    const pass = (tracestate: string) => traceHeaders(new Headers({ traceparent, tracestate })).length
    expect(pass("v".repeat(512))).toBe(2)
    expect(pass("v".repeat(513))).toBe(1)
  })

  test("a state without a trace is dropped", () => {
    expect(traceHeaders(new Headers({ tracestate: "vendor=1" }))).toEqual([])
  })
})
