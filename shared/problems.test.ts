import * as v from "valibot"
import { expect, test } from "vitest"
import { Problem, ProblemBodySchema } from "./problems.ts"

test("a problem's body parses back on the other side", () => {
  const body = new Problem("target.forbidden", "evil.example is not on the list of allowed servers.").toBody()
  expect(v.parse(ProblemBodySchema, JSON.parse(JSON.stringify(body)))).toEqual(body)
  expect(body).toMatchObject({ status: 403, code: "target.forbidden" })
})

test("a code that this version does not know still parses", () => {
  const body = { type: "urn:sandbar:new", title: "New", status: 418, code: "new.code", detail: "A sentence." }
  expect(v.parse(ProblemBodySchema, body).code).toBe("new.code")
})
