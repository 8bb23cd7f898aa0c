// The password of a sandbox, in a namespace that others may write to.
import { describe, expect, test } from "vitest"
import { recordKey as key, storedSandbox as record } from "../../../tests/fakes/kubernetes-record.ts"
import { StatusError } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { completeObjects } from "./spawn-objects.ts"
import type { Secret, StatefulSet } from "./wire.ts"

const place = { record, namespace: "team-a", key }
const owner = { metadata: { uid: "uid-of-the-set" } } as StatefulSet

/** One Secret, as the API server keeps it. `onReplace` comes before a replacement is looked at. */
function world(found?: Secret, onReplace: (kept: { secret: Secret | undefined }) => void = () => undefined) {
  const kept = { secret: found }
  const conflict = () => new StatusError(409, { reason: "Conflict" })
  const api = {
    apply: async (_: object, body: object) => body,
    read: async () => kept.secret,
    create: async (_: string, __: string, body: Secret) => {
      if (kept.secret) throw conflict()
      kept.secret = body
    },
    replace: async (_: object, body: Secret) => {
      onReplace(kept)
      if (body.metadata?.resourceVersion !== kept.secret?.metadata?.resourceVersion) throw conflict()
      kept.secret = body
    },
  } as unknown as ClusterApi
  const deps = { api, store: { learn: () => undefined }, now: () => 0 }
  return { kept, complete: () => completeObjects(deps, place, owner) }
}
const secret = (uid: string | undefined, resourceVersion: string, extra: object = {}): Secret =>
  ({
    metadata: {
      name: record.id,
      resourceVersion,
      ...(uid === undefined ? {} : { ownerReferences: [{ uid }] }),
    },
    data: { password: "a25vd24=" },
    ...extra,
  }) as unknown as Secret

describe("the password of a sandbox", () => {
  test("is made once and stays", async () => {
    const { kept, complete } = world()
    await complete()
    const made = kept.secret
    expect(Buffer.from(made?.data?.password ?? "", "base64").length).toBeGreaterThanOrEqual(32)
    await complete()
    expect(kept.secret).toBe(made)
  })

  // Somebody who knows the id in advance puts a Secret there, and would know the password of what is made then.
  test.each([undefined, "uid-of-another"])(
    "is not one that lay there before (owned by %s): nothing of that stays",
    async (uid) => {
      const { kept, complete } = world(secret(uid, "7", { data: { password: "a25vd24=", more: "eA==" } }))
      await complete()
      expect(kept.secret?.data?.password).not.toBe("a25vd24=")
      expect(Object.keys(kept.secret?.data ?? {})).toEqual(["password"])
      expect(kept.secret?.metadata?.ownerReferences).toMatchObject([{ uid: "uid-of-the-set" }])
    },
  )

  test("is the other replica's when that one was faster", async () => {
    const theirs = secret("uid-of-the-set", "8")
    const { kept, complete } = world(secret(undefined, "7"), (now) => {
      now.secret = theirs
    })
    await complete()
    expect(kept.secret).toBe(theirs)
  })
})
