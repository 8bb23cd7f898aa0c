import { describe, expect, test } from "vitest"
import { Problem } from "../../shared/problems.ts"
import { type Identity, requireUser } from "./identity.ts"

const kubeflow: Identity = { is: "header", name: "kubeflow-userid" }
const named = (value: string, name = "kubeflow-userid") => new Headers({ [name]: value })

function refusal(headers: Headers, fromGateway = true): unknown {
  try {
    return requireUser(kubeflow, headers, fromGateway)
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, status: error.status }
    throw error
  }
}
const refused = { code: "identity.required", status: 401 }

test("without an identity nobody has a name, whatever a header says", () => {
  expect(requireUser({ is: "none" }, named("anna@example.com"), true)).toBeNull()
})

test.each(["anna@example.com", "Anna Müller", "a", "system:serviceaccount:team-a:default", "x".repeat(256)])(
  "the gateway's word counts: %s",
  (user) => expect(requireUser(kubeflow, named(user), true)).toBe(user),
)

test("forged identity: the header counts only when a gateway of ours sent it", () => {
  expect(refusal(named("anna@example.com"), false)).toEqual(refused)
})

describe("forged identity: what is not exactly one name is nobody", () => {
  const two = new Headers([
    ["kubeflow-userid", "mallory@example.com"],
    ["kubeflow-userid", "anna@example.com"],
  ])
  const rows: [name: string, headers: Headers][] = [
    ["no header", new Headers()],
    ["an empty one", named("")],
    ["two of them", two],
    ["a control character", named("anna\u0001")],
    ["a control character of the second set", named("anna\u009b31m")],
    ["more than any name needs", named("x".repeat(257))],
    ["the same with an underscore", named("anna@example.com", "kubeflow_userid")],
    ["something longer", named("anna@example.com", "kubeflow-userid-2")],
  ]
  test.each(rows)("%s", (_name, headers) => expect(refusal(headers)).toEqual(refused))
})

test("stolen identity: the header is off the request, so that no later pass can send it on", () => {
  for (const fromGateway of [true, false]) {
    const headers = named("anna@example.com")
    refusal(headers, fromGateway)
    expect([...headers]).toEqual([])
  }
})
