import { expect, test } from "vitest"
import { testTemplate } from "../../../tests/fakes/test-template.ts"
import { makeLifecycle } from "./lifecycle.ts"

const record = {
  id: "sb-0123456789ab",
  owner: "0123456789abcdef",
  ownerName: "a-b@x.y",
  name: "One",
  slug: "one",
  repository: null,
  branch: null,
  directory: null,
  template: "plain",
  createdAt: 1_772_366_400_000,
}

// `a.b@x.y` and `a-b@x.y` have one name there, and the pod would hold the other one's git credentials.
test("another person's namespace: nothing is made in it, and it is not even watched", async () => {
  const asked: string[] = []
  const api = new Proxy(
    { readNamespace: async () => ({ metadata: { annotations: { owner: "a.b@x.y" } } }) },
    {
      get: (known, name) => {
        asked.push(String(name))
        return Reflect.get(known, name)
      },
    },
  )
  const deps = {
    api,
    store: { placeOf: () => undefined },
    key: new Uint8Array(32),
    now: () => 0,
    openNamespace: async () => void asked.push("openNamespace"),
  }
  const { ensure } = makeLifecycle(deps as unknown as Parameters<typeof makeLifecycle>[0])
  const template = testTemplate({
    kubernetes: {
      image: "x",
      imagePullSecrets: [],
      namespace: "kubeflow-{user}",
      nodeSelector: {},
      tolerations: [],
      allowWeaker: [],
    },
  })
  await expect(ensure(record, template)).rejects.toMatchObject({
    code: "sandbox.refused",
    detail: "The namespace kubeflow-a-b-x-y belongs to somebody else.",
  })
  expect(asked).toEqual(["readNamespace"])
})
