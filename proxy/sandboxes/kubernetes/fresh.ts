// Whether a sandbox is fresh: a mark on the volume that was made for it. Whoever lets people in takes the mark off first,
// and whoever cancels the start writes into it. Both write only what they have read, so whichever replicas they are, of
// the two at one moment one is refused, and nothing that somebody made is ever taken for nothing.
import { unknownSandbox } from "../refusals.ts"
import { isStatus } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { claimName, freshAnnotation } from "./names.ts"
import type { Place } from "./objects.ts"
import type { SandboxStore } from "./sandbox-store.ts"
import { recordOf } from "./stored-record.ts"
import type { Claim } from "./wire.ts"

type Deps = { api: Pick<ClusterApi, "read" | "merge">; store: Pick<SandboxStore, "learn" | "parts"> }

export const fresh = { [freshAnnotation]: "true" }
export const notFresh = { [freshAnnotation]: null }
const cancelled = { [freshAnnotation]: "cancelled" }

/** The cluster changes a volume while it is made: bound, protected, attached. */
const mostConflicts = 10

export function markOf(claim: Claim | undefined): string | undefined {
  return claim?.metadata?.annotations?.[freshAnnotation]
}

/** Somebody is removing it, or was cut off doing so. */
export function isCancelled(claim: Claim): boolean {
  return markOf(claim) === cancelled[freshAnnotation]
}

/** Rejects for one that was cancelled. */
export async function noteUsed(deps: Deps, place: Place): Promise<void> {
  if (isKnownUsed(deps.store.parts(place.record.id)?.claim, place)) return
  await changeMark(deps, place, (claim) => {
    if (isCancelled(claim)) throw unknownSandbox()
    return notFresh
  })
}

/** Gives the volume if it was fresh: then it never becomes anything else, and everything of it may go. */
export function cancel(deps: Deps, place: Place): Promise<Claim | undefined> {
  return changeMark(deps, place, () => cancelled)
}

/** The mark never comes back, so an old view is good enough; but not one of another sandbox that had this id before. */
function isKnownUsed(claim: Claim | undefined, { record, key }: Place): boolean {
  return (
    claim !== undefined && markOf(claim) === undefined && recordOf(claim, key)?.createdAt === record.createdAt
  )
}

/** Gives it as it is now; undefined where there is no mark (any more). */
async function changeMark(
  { api, store }: Deps,
  { record, namespace }: Place,
  next: (claim: Claim) => Readonly<Record<string, string | null>>,
): Promise<Claim | undefined> {
  const at = { resource: "persistentvolumeclaims", namespace, name: claimName(record.id) } as const
  for (let conflicts = 0; ; conflicts++) {
    const claim = await api.read(at)
    if (!claim || markOf(claim) === undefined) return undefined
    const annotations = next(claim)
    const resourceVersion = claim.metadata?.resourceVersion ?? ""
    try {
      const changed = await api.merge(at, { metadata: { resourceVersion, annotations } })
      store.learn(at.resource, changed)
      return changed
    } catch (error) {
      if (!isStatus(error, 409) || conflicts >= mostConflicts) throw error
    }
  }
}
