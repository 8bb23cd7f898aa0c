import { describe, expect, test } from "vitest"
import { podTemplate } from "../../../tests/fakes/test-template.ts"
import { namespaceOf } from "./namespaces.ts"

const unavailable = expect.objectContaining({ code: "sandbox.unavailable" })

describe("the namespace of a sandbox", () => {
  test("is the template's, or made of who the person is", () => {
    expect(namespaceOf(podTemplate("team-a"), { ownerName: null })).toBe("team-a")
    const pattern = podTemplate("kubeflow-{user}")
    expect(namespaceOf(pattern, { ownerName: "User@Example.com" })).toBe("kubeflow-user-example-com")
  })

  test("is none where nobody is signed in", () => {
    for (const ownerName of [null, ""])
      expect(() => namespaceOf(podTemplate("kubeflow-{user}"), { ownerName })).toThrow(unavailable)
  })

  // `é@x` would have become `x`, and `../kube-system` the cluster's own.
  test.each(["大", "é@x", "x@é", "../kube-system", "-x", "x-", "a b", "a+b@x.y", "x\n", "."])(
    "is none for %j: something of the name would be lost",
    (ownerName) => {
      expect(() => namespaceOf(podTemplate("kubeflow-{user}"), { ownerName })).toThrow(
        expect.objectContaining({ code: "sandbox.refused" }),
      )
    },
  )

  test("keeps every character apart: two in a row are not one", () => {
    const names = ["a.b", "a..b", "a.-.b"].map((ownerName) =>
      namespaceOf(podTemplate("kubeflow-{user}"), { ownerName }),
    )
    expect(names).toEqual(["kubeflow-a-b", "kubeflow-a--b", "kubeflow-a---b"])
  })

  // Two long names that begin alike would otherwise end in one namespace, with each other's git credentials.
  test("is never cut to fit", () => {
    expect(() => namespaceOf(podTemplate("kubeflow-{user}"), { ownerName: "a".repeat(60) })).toThrow(
      unavailable,
    )
  })
})
