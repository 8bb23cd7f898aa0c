// Deleting a sandbox. In this order, because the proxy may end between any two steps: what then stands there says what
// is still to come, and the cluster does the rest by itself.
import { Problem } from "../../../shared/problems.ts"
import { isStatus } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { cancel, noteUsed } from "./fresh.ts"
import { claimName, keptSinceAnnotation } from "./names.ts"
import { isoTime, ownerReference, type Place } from "./objects.ts"
import type { SandboxStore } from "./sandbox-store.ts"
import type { Claim } from "./wire.ts"

type Deps = { api: ClusterApi; store: SandboxStore; now: () => number }
type Removal = Pick<Deps, "api" | "store">

/** The cluster changes a volume while it is made: bound, protected, attached. */
const mostConflicts = 10

/** The volume says since when it is only data before its StatefulSet goes: else it would look as if somebody else did it. */
export async function keepAsData(deps: Deps, place: Place): Promise<void> {
  const { record, namespace } = place
  const { store, now } = deps
  const set = await deps.api.read({ resource: "statefulsets", namespace, name: record.id })
  // Nothing but data already: since when stays as it is.
  if (!set && isKept(store, record.id)) return
  // What somebody cancels at this moment is removed to its end: its data cannot be kept any more.
  await noteUsed(deps, place)
  await patchClaim(deps, record.id, namespace, {
    annotations: { [keptSinceAnnotation]: isoTime(now()) },
    ownerReferences: null,
  })
  await removeSet(deps, record.id, namespace, set?.metadata?.uid)
}

/** Only while nobody can have used it: else "used", and nothing was done. */
export async function removeFresh(deps: Deps, place: Place): Promise<"deleted" | "used"> {
  const claim = await cancel(deps, place)
  if (!claim) return (await isRemoved(deps, place)) ? "deleted" : "used"
  await removeAll(deps, place, claim)
  return "deleted"
}

/** Somebody was faster, and only its pod still ends. */
async function isRemoved({ api }: Removal, { record, namespace }: Place): Promise<boolean> {
  const [set, claim] = await Promise.all([
    api.read({ resource: "statefulsets", namespace, name: record.id }),
    api.read({ resource: "persistentvolumeclaims", namespace, name: claimName(record.id) }),
  ])
  return !claim && (!set || set.metadata?.deletionTimestamp !== undefined)
}

/**
 * The volume goes with its StatefulSet, even if we never come to the last line. With `only`, nothing of the next sandbox
 * that has this id: it may be there by the time that we come to it.
 */
export async function removeAll(deps: Removal, { record, namespace }: Place, only?: Claim): Promise<void> {
  const { api, store } = deps
  const { id } = record
  const volume = { resource: "persistentvolumeclaims", namespace, name: claimName(id) } as const
  const set = await api.read({ resource: "statefulsets", namespace, name: id })
  // Only now: whoever made a StatefulSet for another volume has made that volume first.
  const claim = await api.read(volume)
  if (only && claim && !isSame(claim, only)) return
  const uid = set?.metadata?.uid
  if (uid && claim && !(await giveTo(deps, namespace, claim, ownerReference(id, uid)))) {
    if (only) return
    throw new Problem(
      "sandbox.unavailable",
      "Somebody makes it anew at this moment. Try again in a moment.",
      {
        retryAfter: 5,
      },
    )
  }
  await removeSet(deps, id, namespace, uid)
  // A volume that is mounted ends with its pod.
  const left = claim && (await api.remove(volume, { uid: claim.metadata?.uid }))
  if (left) return store.learn(volume.resource, left)
  const gone = claim ?? only
  if (!gone || isSame(gone, store.parts(id)?.claim)) store.forget(volume.resource, id, volume.name)
}

function isSame(one: Claim, other: Claim | undefined): boolean {
  return one.metadata?.uid === other?.metadata?.uid
}

/** Written over what was read alone. False where it is another volume by now: that must not go with this StatefulSet. */
async function giveTo(
  { api, store }: Removal,
  namespace: string,
  claim: Claim,
  owner: ReturnType<typeof ownerReference>,
): Promise<boolean> {
  const at = { resource: "persistentvolumeclaims", namespace, name: claimName(owner.name) } as const
  let found: Claim | undefined = claim
  for (let conflicts = 0; found; conflicts++) {
    if (!isSame(found, claim)) return false
    const resourceVersion = found.metadata?.resourceVersion ?? ""
    try {
      const patch = { metadata: { resourceVersion, ownerReferences: [owner] } }
      store.learn(at.resource, await api.merge(at, patch))
      return true
    } catch (error) {
      if (isStatus(error, 404)) return true
      if (!isStatus(error, 409) || conflicts >= mostConflicts) throw error
    }
    found = await api.read(at)
  }
  return true
}

function isKept(store: SandboxStore, id: string): boolean {
  return store.parts(id)?.claim?.metadata?.annotations?.[keptSinceAnnotation] !== undefined
}

async function patchClaim(
  { api, store }: Deps,
  id: string,
  namespace: string,
  metadata: object,
): Promise<void> {
  const at = { resource: "persistentvolumeclaims", namespace, name: claimName(id) } as const
  try {
    store.learn("persistentvolumeclaims", await api.merge(at, { metadata }))
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}

async function removeSet({ api, store }: Removal, id: string, namespace: string, uid: string | undefined) {
  if (uid !== undefined) await api.remove({ resource: "statefulsets", namespace, name: id }, { uid })
  store.forget("statefulsets", id, id)
}
