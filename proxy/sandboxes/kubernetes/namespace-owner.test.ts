// A namespace for each person holds that person's secrets, and two names may lead to one namespace.
import { describe, expect, test } from "vitest"
import { recordKey as key, storedSandbox } from "../../../tests/fakes/kubernetes-record.ts"
import { StatusError } from "./api-error.ts"
import { refuseForeignNamespace } from "./namespace-owner.ts"
import { annotationsOf, labelsOf } from "./stored-record.ts"

const namespace = "kubeflow-a-b-x-y"
const owner = "0123456789abcdef"

/** `annotation`: undefined where there is none, null where Sandbar may not look. */
function enter(
  ownerName: string,
  annotation: string | undefined | null,
  sandboxes: Partial<Record<string, object[]>> = {},
) {
  const api = {
    readNamespace: async () => {
      if (annotation === null) throw new StatusError(403, { reason: "Forbidden" })
      return { metadata: { annotations: annotation === undefined ? {} : { owner: annotation } } }
    },
    list: async (kind: string) => (sandboxes[kind] ?? []) as never,
  }
  return refuseForeignNamespace({ api, key }, namespace, { owner, ownerName })
}

function sandboxOf(whose: string, name: (id: string) => string = (id) => id) {
  const record = { ...storedSandbox, owner: whose, ownerName: null }
  return {
    metadata: {
      name: name(record.id),
      namespace,
      labels: labelsOf(record),
      annotations: annotationsOf(record, namespace, key),
    },
  }
}

const foreign = expect.objectContaining({
  code: "sandbox.refused",
  detail: `The namespace ${namespace} belongs to somebody else.`,
})
const unclear = expect.objectContaining({
  code: "sandbox.refused",
  detail: expect.stringContaining("cannot be seen"),
})

describe("another person's namespace: its git credentials and keys", () => {
  test("is refused where the namespace says whose it is", async () => {
    await expect(enter("a-b@x-y", "a.b@x.y")).rejects.toEqual(foreign)
    await expect(enter("A.B@x.y", "a.b@x.y")).rejects.toEqual(foreign)
    await expect(enter("ab@xy", "a.b@x.y")).rejects.toEqual(foreign)
  })

  test.each(["a-b@x-y", "a_b@x.y", "a.b@x.y", "A@b.x.y", "a@b-x.y", "a-b-x-y"])(
    "cannot be had as %s where nothing says whose it is",
    async (name) => {
      await expect(enter(name, undefined)).rejects.toEqual(unclear)
      await expect(enter(name, null)).rejects.toEqual(unclear)
    },
  )

  test("is refused where another person has a sandbox, or kept data", async () => {
    const theirs = sandboxOf("fedcba9876543210")
    const data = sandboxOf("fedcba9876543210", (id) => `${id}-data`)
    for (const found of [{ statefulsets: [theirs] }, { persistentvolumeclaims: [data] }])
      await expect(enter("a@b.x.y", null, found)).rejects.toEqual(foreign)
  })
})

describe("a person's own namespace", () => {
  test("is the one that says so, whatever the name and whoever was there before", async () => {
    const others = { statefulsets: [sandboxOf("fedcba9876543210")] }
    await enter("A-B@x.y", "A-B@x.y", others)
  })

  test("is taken on trust where no other name leads to it and nobody else is in it", async () => {
    await enter("a@b.x.y", null)
    await enter("a@b.x.y", undefined, { statefulsets: [sandboxOf(owner)] })
    await enter("ada", undefined)
  })

  test("is not guessed at while the API server does not say", async () => {
    const api = {
      readNamespace: async () => {
        throw new StatusError(500, {})
      },
      list: async () => [],
    }
    const asked = refuseForeignNamespace({ api, key }, namespace, { owner, ownerName: "ada" })
    await expect(asked).rejects.toMatchObject({ code: 500 })
  })
})
