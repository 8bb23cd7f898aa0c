// A volume on which two replicas write at the same moment, as the API server keeps it.
import { describe, expect, test } from "vitest"
import { recordKey as key, storedSandbox as record, stored } from "../../../tests/fakes/kubernetes-record.ts"
import { StatusError } from "./api-error.ts"
import { cancel, markOf, noteUsed } from "./fresh.ts"
import { claimName, freshAnnotation } from "./names.ts"
import { existingClaim, reclaim } from "./spawn-objects.ts"
import { annotationsOf } from "./stored-record.ts"
import { keepAsData, removeFresh } from "./take-away.ts"
import type { Claim } from "./wire.ts"

const place = { record, namespace: "team-a", key }
type Patch = { metadata: { resourceVersion?: string; annotations: Record<string, string | null> } }

function claimWith(mark: string | undefined, createdAt = record.createdAt): Claim {
  const { metadata } = stored()
  const sealed = annotationsOf({ ...record, createdAt }, "team-a", key)
  const annotations = { ...sealed, ...(mark === undefined ? {} : { [freshAnnotation]: mark }) }
  const own = { name: claimName(record.id), uid: "its own", annotations, resourceVersion: "1" }
  return { metadata: { ...metadata, ...own } } as Claim
}

/** `seen`: what the watch told last. `onRead` comes after each look, before what is written because of it. */
function world(claim: Claim | undefined, seen = claim, onRead: () => void = () => undefined) {
  const kept = { claim, reads: 0, writes: 0 }
  const write = (change: Record<string, string | null>) => {
    const { metadata = {} } = kept.claim ?? {}
    const all = Object.entries({ ...metadata.annotations, ...change }).filter(([, value]) => value !== null)
    const resourceVersion = String(Number(metadata.resourceVersion) + 1)
    kept.claim = { metadata: { ...metadata, resourceVersion, annotations: Object.fromEntries(all) } } as Claim
    return kept.claim
  }
  const api = {
    read: async ({ resource }: { resource: string }) => {
      if (resource !== "persistentvolumeclaims") return undefined
      const found = kept.claim
      kept.reads += 1
      onRead()
      return found
    },
    remove: async (_: object, { uid }: { uid?: string } = {}) => {
      if (uid === undefined || uid === kept.claim?.metadata?.uid) kept.claim = undefined
    },
    merge: async (_: object, { metadata }: Patch) => {
      const version = metadata.resourceVersion
      if (version !== undefined && version !== kept.claim?.metadata?.resourceVersion)
        throw new StatusError(409, { reason: "Conflict" })
      kept.writes += 1
      return write(metadata.annotations)
    },
  }
  const store = { learn: () => undefined, forget: () => undefined, parts: () => ({ claim: seen }) }
  const deps = { api, store } as unknown as Parameters<typeof keepAsData>[0]
  return {
    kept,
    write,
    deps,
    noteUsed: () => noteUsed(deps, place),
    cancel: async () => (await cancel(deps, place)) !== undefined,
  }
}

describe("a fresh sandbox", () => {
  test("is not one any more before anybody gets through, and cannot be cancelled then", async () => {
    const its = world(claimWith("true"))
    await its.noteUsed()
    expect(markOf(its.kept.claim)).toBeUndefined()
    expect([await its.cancel(), its.kept.writes]).toEqual([false, 1])
  })

  test("that was cancelled lets nobody in, and can be cancelled again", async () => {
    const its = world(claimWith("true"))
    expect(await its.cancel()).toBe(true)
    await expect(its.noteUsed()).rejects.toMatchObject({ code: "sandbox.unknown" })
    expect(await its.cancel()).toBe(true)
  })

  test("stays whole when another replica let somebody in between the look and the cancelling", async () => {
    const its = world(claimWith("true"), undefined, () => its.write({ [freshAnnotation]: null }))
    expect([await its.cancel(), its.kept.writes]).toEqual([false, 0])
  })

  test("lets nobody in when another replica cancelled it between the look and the letting in", async () => {
    const its = world(claimWith("true"), undefined, () => its.write({ [freshAnnotation]: "cancelled" }))
    await expect(its.noteUsed()).rejects.toMatchObject({ code: "sandbox.unknown" })
    expect(its.kept.writes).toBe(0)
  })

  test("is found so although its volume was changed for other reasons meanwhile", async () => {
    let changes = 3
    const its = world(claimWith("true"), undefined, () => {
      if (changes-- > 0) its.write({ "volume.kubernetes.io/selected-node": "a" })
    })
    expect(await its.cancel()).toBe(true)
    expect(its.kept.reads).toBe(4)
  })
})

test("a sandbox that is known to be used costs no question", async () => {
  const its = world(claimWith(undefined))
  await its.noteUsed()
  expect(its.kept.reads).toBe(0)
})

// Deleted and made anew under the same id, and the watch of the volumes lags behind.
test("an old view of the sandbox that had this id before says nothing of the one that has it now", async () => {
  const its = world(claimWith("true"), claimWith(undefined, record.createdAt - 60_000))
  await its.noteUsed()
  expect(markOf(its.kept.claim)).toBeUndefined()
})

test("a volume without a mark, and one that is not there, hold nothing that could be cancelled", async () => {
  expect(await world(claimWith(undefined)).cancel()).toBe(false)
  expect(await world(undefined).cancel()).toBe(false)
})

describe("a cancelling that takes its time", () => {
  // Its replica goes on to remove the volume, which must hold nobody's work by then.
  const deps = (its: ReturnType<typeof world>) => ({ ...its.deps, now: () => 0 })

  test("is not undone by a start, which would let people in", async () => {
    const its = world(claimWith("true"))
    const found = its.kept.claim as Claim
    await its.cancel()
    await expect(existingClaim(deps(its), place)).rejects.toMatchObject({ code: "sandbox.unavailable" })
    await expect(reclaim(deps(its), place, found)).rejects.toMatchObject({ code: "sandbox.unavailable" })
    expect(markOf(its.kept.claim)).toBe("cancelled")
  })

  test("is not undone by whoever deletes the sandbox and keeps its data", async () => {
    const its = world(claimWith("true"))
    await its.cancel()
    await expect(keepAsData(deps(its), place)).rejects.toMatchObject({ code: "sandbox.unknown" })
    expect(markOf(its.kept.claim)).toBe("cancelled")
  })

  test.each([1, 2])(
    "leaves the volume alone that the next sandbox with this id has after look %i",
    async (looks) => {
      const next = { metadata: { ...claimWith("true").metadata, uid: "another" } } as Claim
      const its = world(claimWith("true"), undefined, () => {
        if (its.kept.reads === looks && looks === 2) its.kept.claim = next
      })
      its.deps.store.learn = () => {
        if (looks === 1) its.kept.claim = next
      }
      expect(await removeFresh(deps(its), place)).toBe("deleted")
      expect(its.kept.claim).toBe(next)
    },
  )

  test("does not hold up a start over a volume that changes for other reasons", async () => {
    const its = world(claimWith(undefined))
    const found = its.kept.claim as Claim
    its.write({ "volume.kubernetes.io/selected-node": "a" })
    await reclaim(deps(its), place, found)
    expect(its.kept.writes).toBe(1)
  })
})
