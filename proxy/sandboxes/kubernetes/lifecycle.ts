// What is done to a sandbox: each verb of the contract, over the objects.
import { Problem } from "../../../shared/problems.ts"
import type { Driver, SandboxRecord } from "../driver.ts"
import type { Template } from "../templates/template.ts"
import { isStatus } from "./api-error.ts"
import { noteUsed } from "./fresh.ts"
import { claimName, podName } from "./names.ts"
import { refuseForeignNamespace } from "./namespace-owner.ts"
import { hasPattern, namespaceOf, partOf } from "./namespaces.ts"
import { keepAwakePatch, microTime, type Place, stopPatch } from "./objects.ts"
import { observe, versionOf } from "./observe.ts"
import { asProblem } from "./problems.ts"
import type { SandboxStore } from "./sandbox-store.ts"
import {
  applyStatefulSet,
  completeObjects,
  createStatefulSet,
  existingClaim,
  makeClaim,
  reclaim,
  type SpawnDeps,
  scaleUp,
  taken,
  tryOut,
} from "./spawn-objects.ts"
import { annotationsOf, recordOf } from "./stored-record.ts"
import { keepAsData, removeAll, removeFresh } from "./take-away.ts"
import { type Claim, type StatefulSet, timeOf } from "./wire.ts"

export type LifecycleDeps = SpawnDeps & {
  store: SandboxStore
  key: Uint8Array
  /** Watches a namespace, and lets the other replicas know of it. */
  openNamespace: (namespace: string) => Promise<void>
}

type Lifecycle = Pick<Driver, "ensure" | "wake" | "stop" | "delete" | "change" | "noteIntent" | "noteUsed">

/** Somebody else changed the same object at the same moment so often. */
const mostConflicts = 10

export function makeLifecycle(deps: LifecycleDeps): Lifecycle {
  const { api, store, key, now } = deps

  const unknown = () => new Problem("sandbox.unknown", "There is no such sandbox.")
  const inMotion = (detail: string) => new Problem("sandbox.unavailable", detail, { retryAfter: 5 })

  function placeOf(id: string): Place | undefined {
    const namespace = store.placeOf(id)
    const record = store.record(id)
    return namespace === undefined || !record ? undefined : { record, namespace, key }
  }

  const statefulSetAt = ({ namespace, record }: Pick<Place, "namespace" | "record">) =>
    api.read({ resource: "statefulsets", namespace, name: record.id })

  /** Whether it was made: not, where another replica was faster. */
  async function make(
    place: Place,
    template: Template,
    { claim, isNew }: { claim: Claim | undefined; isNew: boolean },
  ): Promise<boolean> {
    if (!claim) await makeClaim(deps, place, template, isNew)
    const owner = await createStatefulSet(deps, place, template)
    if (!owner) return false
    const [applied] = await Promise.all([
      applyStatefulSet(deps, place, template),
      completeObjects(deps, place, owner),
      claim && reclaim(deps, place, claim),
    ])
    await scaleUp(deps, place, { applied, isNew: true })
    return true
  }

  async function startExisting(place: Place, template: Template, found: StatefulSet): Promise<void> {
    const isStopped = (found.spec?.replicas ?? 1) === 0
    const claim = await existingClaim(deps, place)
    if (isStopped) await tryOut(deps, place, template, !claim)
    if (!claim) await makeClaim(deps, place, template)
    // A delete that was cut off before anything was gone.
    else if (claim.metadata?.ownerReferences?.length) await reclaim(deps, place, claim)
    const applied = await applyStatefulSet(deps, place, template)
    await completeObjects(deps, place, found)
    await scaleUp(deps, place, { applied, isNew: isStopped })
  }

  /** An end that another replica, or somebody with kubectl, has begun. */
  function refuseLeaving(found: StatefulSet): void {
    if (!found.metadata?.deletionTimestamp) return
    throw inMotion("It is still being deleted. Try again in a moment.")
  }

  /** `isNew`: nobody can have used it. Not so for one that was there before, whatever is left of it. */
  async function ensure(wanted: SandboxRecord, template: Template, isNew: boolean): Promise<void> {
    const known = store.placeOf(wanted.id)
    const namespace = known ?? namespaceOf(template, wanted)
    if (known === undefined && hasPattern(partOf(template).namespace))
      await refuseForeignNamespace(deps, namespace, wanted)
    await deps.openNamespace(namespace)
    const at = { record: wanted, namespace }
    const found = await statefulSetAt(at)
    if (found) return await ensureExisting(found, at, template)
    const place = { ...at, key }
    const claim = await existingClaim(deps, place)
    await tryOut(deps, place, template, !claim)
    if (await make(place, template, { claim, isNew })) return
    const other = await statefulSetAt(at)
    if (!other) throw inMotion("Somebody makes and deletes it at the same time. Try again in a moment.")
    await ensureExisting(other, at, template)
  }

  async function ensureExisting(
    found: StatefulSet,
    { record: wanted, namespace }: Pick<Place, "namespace" | "record">,
    template: Template,
  ): Promise<void> {
    refuseLeaving(found)
    const record = recordOf(found, key)
    if (record?.owner !== wanted.owner) throw taken(wanted.id, namespace)
    const place = { record, namespace, key }
    if ((found.spec?.replicas ?? 1) === 0) return await startExisting(place, template, found)
    if (!(await existingClaim(deps, place))) await makeClaim(deps, place, template)
    await completeObjects(deps, place, found)
  }

  async function wake(id: string, template: Template, options: { force?: boolean } = {}): Promise<void> {
    const place = placeOf(id)
    const seen = store.parts(id)
    if (!place || !seen) throw unknown()
    const found = await statefulSetAt(place)
    if (!found) {
      if (observe(seen, place.record, now()).wanted === "data") throw unknown()
      return await ensure(place.record, template, false)
    }
    refuseLeaving(found)
    const record = recordOf(found, key) ?? place.record
    await startExisting({ ...place, record }, template, found)
    await replaceFailed(place, options.force === true)
    await noteIntent(id, now())
  }

  /** A pod keeps the template that it was made from, and the kubelet's patience with it: only a new one begins anew. */
  async function replaceFailed({ namespace, record }: Place, force: boolean): Promise<void> {
    const parts = store.parts(record.id)
    const { failure } = parts ? observe(parts, record, now()) : {}
    const uid = parts?.pod?.metadata?.uid
    // Two processes on one volume would ruin it: where nobody knows, a person has to say so.
    const mayHelp = failure?.code === "node-lost" ? force : failure !== undefined || force
    if (!uid || !mayHelp) return
    await api.remove({ resource: "pods", namespace, name: podName(record.id) }, { uid, atOnce: force })
  }

  async function stop(
    id: string,
    { ifVersion }: { ifVersion?: string } = {},
  ): Promise<"stopped" | "changed"> {
    const place = placeOf(id)
    if (!place) throw unknown()
    const at = { resource: "statefulsets", namespace: place.namespace, name: id } as const
    for (let conflicts = 0; ; conflicts++) {
      const found = await api.read(at)
      if (!found || found.metadata?.deletionTimestamp) throw unknown()
      if (ifVersion !== undefined && versionOf(found) !== ifVersion) return "changed"
      try {
        store.learn("statefulsets", await api.merge(at, stopPatch(found.metadata?.resourceVersion ?? "")))
        return "stopped"
      } catch (error) {
        if (!isStatus(error, 409) || conflicts >= mostConflicts) throw error
      }
    }
  }

  async function change(
    id: string,
    { name, keepAwakeUntil }: { name?: string; keepAwakeUntil?: number | null },
  ): Promise<void> {
    const place = placeOf(id)
    if (!place) return
    const { namespace } = place
    if (name !== undefined) await rename(place, name)
    if (keepAwakeUntil === undefined) return
    const at = { resource: "leases", namespace, name: id } as const
    await ifThere(async () => store.learn("leases", await api.merge(at, keepAwakePatch(keepAwakeUntil))))
  }

  async function rename({ record, namespace }: Place, name: string): Promise<void> {
    const annotations = annotationsOf({ ...record, name }, namespace, key)
    const set = { resource: "statefulsets", namespace, name: record.id } as const
    const claim = { resource: "persistentvolumeclaims", namespace, name: claimName(record.id) } as const
    const patch = { metadata: { annotations } }
    await Promise.all([
      ifThere(async () => store.learn("statefulsets", await api.merge(set, patch))),
      ifThere(async () => store.learn("persistentvolumeclaims", await api.merge(claim, patch))),
    ])
  }

  async function noteIntent(id: string, at: number): Promise<void> {
    const namespace = store.placeOf(id)
    if (namespace === undefined) return
    const place = { resource: "leases", namespace, name: id } as const
    for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
      const lease = await api.read(place)
      if (!lease || (timeOf(lease.spec?.renewTime) ?? 0) >= at) return
      const resourceVersion = lease.metadata?.resourceVersion ?? ""
      const patch = { metadata: { resourceVersion }, spec: { renewTime: microTime(at) } }
      try {
        return store.learn("leases", await api.merge(place, patch))
      } catch (error) {
        if (isStatus(error, 404)) return
        if (!isStatus(error, 409)) throw error
      }
    }
  }

  async function remove(
    id: string,
    { data, ifFresh = false }: { data: "keep" | "delete"; ifFresh?: boolean },
  ): Promise<"deleted" | "used"> {
    const place = placeOf(id)
    if (!place) return "deleted"
    if (ifFresh) return removeFresh(deps, place)
    await (data === "keep" ? keepAsData(deps, place) : removeAll(deps, place))
    return "deleted"
  }

  async function noteUsedAt(id: string): Promise<void> {
    const place = placeOf(id)
    if (!place) throw unknown()
    await noteUsed(deps, place)
  }

  /** The API server's refusals become Problems at the door, in the words for a person. */
  function told<Input extends readonly unknown[], Output>(
    act: (id: string, ...input: Input) => Promise<Output>,
  ): (id: string, ...input: Input) => Promise<Output> {
    return (id, ...input) =>
      act(id, ...input).catch((error: unknown) => {
        throw asProblem(error, store.placeOf(id) ?? "")
      })
  }

  return {
    ensure: (record, template) =>
      ensure(record, template, true).catch((error: unknown) => {
        throw asProblem(error, store.placeOf(record.id) ?? namespaceOf(template, record))
      }),
    wake: told(wake),
    stop: told(stop),
    delete: told(remove),
    change: told(change),
    noteIntent: told(noteIntent),
    noteUsed: told(noteUsedAt),
  }
}

async function ifThere(act: () => Promise<unknown>): Promise<void> {
  await act().catch((error: unknown) => {
    if (!isStatus(error, 404)) throw error
  })
}
