// Deleting a sandbox. In this order, because the proxy may end between any two steps: what then stands there says what
// is still to come, and the cluster does the rest by itself.
import { isStatus } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { cancel, noteUsed } from "./fresh.ts"
import { claimName, keptSinceAnnotation } from "./names.ts"
import { isoTime, ownerReference, type Place } from "./objects.ts"
import type { SandboxStore } from "./sandbox-store.ts"

type Deps = { api: ClusterApi; store: SandboxStore; now: () => number }

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
  if (!(await cancel(deps, place))) return "used"
  await removeAll(deps, place)
  return "deleted"
}

/** The volume goes with its StatefulSet, even if we never come to the last line. */
export async function removeAll(deps: Deps, { record, namespace }: Place): Promise<void> {
  const { api, store } = deps
  const name = claimName(record.id)
  const set = await api.read({ resource: "statefulsets", namespace, name: record.id })
  const uid = set?.metadata?.uid
  if (uid) {
    const ownerReferences = [ownerReference(record.id, uid)]
    await patchClaim(deps, record.id, namespace, { ownerReferences })
  }
  await removeSet(deps, record.id, namespace, uid)
  // A volume that is mounted ends with its pod.
  const left = await api.remove({ resource: "persistentvolumeclaims", namespace, name })
  if (left) store.learn("persistentvolumeclaims", left)
  else store.forget("persistentvolumeclaims", record.id, name)
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

async function removeSet({ api, store }: Deps, id: string, namespace: string, uid: string | undefined) {
  if (uid !== undefined) await api.remove({ resource: "statefulsets", namespace, name: id }, { uid })
  store.forget("statefulsets", id, id)
}
