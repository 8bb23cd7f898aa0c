// Removing a sandbox while others write to the same objects.
import { describe, expect, test } from "vitest"
import { makeNamespace } from "../../../tests/fakes/kubernetes-namespace.ts"
import { recordKey as key, storedSandbox as record } from "../../../tests/fakes/kubernetes-record.ts"
import { claimName } from "./names.ts"
import { removeAll, removeFresh } from "./take-away.ts"
import type { Claim } from "./wire.ts"

const place = { record, namespace: "team-a", key }
const volume = "persistentvolumeclaims"

function world(mark?: string) {
  const its = makeNamespace()
  const { api, store } = its
  const claim = its.putClaim(mark)
  its.putStatefulSet()
  return {
    ...its,
    claimBefore: claim,
    removeAll: (only?: Claim) => removeAll({ api, store }, place, only),
    removeFresh: () => removeFresh({ api, store, now: () => 0 }, place),
  }
}

/** Once, right before this call. */
function atOnce(its: ReturnType<typeof world>, wanted: string, act: () => void): void {
  its.hooks.before = (call) => {
    if (call !== wanted) return
    its.hooks.before = () => undefined
    act()
  }
}

describe("what is removed with its data", () => {
  test("is handed to its StatefulSet first, and then both go", async () => {
    const its = world()
    let owner: string | undefined
    atOnce(its, "remove statefulsets", () => {
      owner = its.claim()?.metadata?.ownerReferences?.[0]?.uid
      expect(owner).toBe(its.statefulSet()?.metadata?.uid)
    })
    await its.removeAll()
    expect([owner !== undefined, its.claim(), its.statefulSet()]).toEqual([true, undefined, undefined])
  })

  test("goes although the cluster changes its volume meanwhile", async () => {
    const its = world()
    atOnce(its, `merge ${volume}`, () => {
      const { metadata } = its.claim() as Claim
      void its.api.merge({ resource: volume, namespace: "team-a", name: claimName(record.id) }, { metadata })
    })
    await its.removeAll()
    expect(its.calls.filter((call) => call === `merge ${volume}`)).toHaveLength(3)
    expect([its.claim(), its.statefulSet()]).toEqual([undefined, undefined])
  })

  test.each([
    ["a cancelled start", "cancelled"],
    ["a deletion", undefined],
  ])("does not take the volume along that stands in its place by then: %s", async (_, mark) => {
    const its = world(mark)
    let next: Claim | undefined
    atOnce(its, `merge ${volume}`, () => {
      next = its.putClaim("true")
    })
    const done = its.removeAll(mark === undefined ? undefined : its.claimBefore)
    if (mark === undefined) await expect(done).rejects.toMatchObject({ code: "sandbox.unavailable" })
    else await done
    expect(its.claim()).toBe(next)
    expect(next?.metadata?.ownerReferences).toBeUndefined()
    expect(its.statefulSet()).toBeDefined()
  })

  test("does not make us blind for the volume that stands in its place by then", async () => {
    const its = world()
    atOnce(its, `remove ${volume}`, () => its.putClaim("true"))
    await its.removeAll()
    expect(its.claim()).toBeDefined()
    expect(its.forgotten).toEqual(["statefulsets"])
  })

  // Its volume is made before its StatefulSet is, so whoever sees the latter has to see the former.
  test("leaves the sandbox whole that is made while the cancelled one before it is looked for", async () => {
    const its = world("cancelled")
    its.drop("statefulsets", record.id)
    its.drop(volume, claimName(record.id))
    let looks = 0
    its.hooks.before = () => {
      if (++looks !== 2) return
      its.putClaim("true")
      its.putStatefulSet()
    }
    await its.removeAll(its.claimBefore)
    expect([its.claim(), its.statefulSet()].every((each) => each !== undefined)).toBe(true)
  })
})

describe("a start that was cancelled already", () => {
  test("can be cancelled again, however far its removal has come", async () => {
    const its = world("cancelled")
    expect(await its.removeFresh()).toBe("deleted")
    expect(await its.removeFresh()).toBe("deleted")
    expect([its.claim(), its.statefulSet()]).toEqual([undefined, undefined])
  })

  test("is told from one in use whose volume somebody has deleted", async () => {
    const its = world()
    its.drop(volume, claimName(record.id))
    expect(await its.removeFresh()).toBe("used")
    expect(its.statefulSet()).toBeDefined()
  })
})
