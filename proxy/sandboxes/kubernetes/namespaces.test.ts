import { describe, expect, test } from "vitest"
import { testTemplate } from "../../../tests/fakes/test-template.ts"
import { namespaceOf } from "./namespaces.ts"

const template = (namespace: string) =>
  testTemplate({
    kubernetes: {
      image: "x",
      imagePullSecrets: [],
      namespace,
      nodeSelector: {},
      tolerations: [],
      allowWeaker: [],
    },
  })
const unavailable = expect.objectContaining({ code: "sandbox.unavailable" })

describe("the namespace of a sandbox", () => {
  test("is the template's, or made of who the person is", () => {
    expect(namespaceOf(template("team-a"), { ownerName: null })).toBe("team-a")
    const pattern = template("kubeflow-{user}")
    expect(namespaceOf(pattern, { ownerName: "User@Example.com" })).toBe("kubeflow-user-example-com")
    expect(namespaceOf(pattern, { ownerName: "../kube-system" })).toBe("kubeflow-kube-system")
  })

  test("is none where nobody is signed in, or nothing of the name is left", () => {
    for (const ownerName of [null, "", "大"])
      expect(() => namespaceOf(template("kubeflow-{user}"), { ownerName })).toThrow(unavailable)
  })

  // Two long names that begin alike would otherwise end in one namespace, with each other's git credentials.
  test("is never cut to fit", () => {
    expect(() => namespaceOf(template("kubeflow-{user}"), { ownerName: "a".repeat(60) })).toThrow(unavailable)
  })
})
