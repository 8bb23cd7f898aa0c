// Making all objects of a sandbox, or what is missing of them. Every step may be repeated, by this replica after a
// restart or by another at the same time: what is there already is left, or brought to the same state.
import { randomBytes } from "node:crypto"
import { Problem } from "../../../shared/problems.ts"
import type { Template } from "../templates/template.ts"
import { isStatus } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { isCancelled, notFresh } from "./fresh.ts"
import { claimName, fieldManager, keptSinceAnnotation } from "./names.ts"
import {
  claimOf,
  leaseOf,
  type Place,
  secretOf,
  serviceOf,
  statefulSetOf,
  trialPod,
  wakePatch,
} from "./objects.ts"
import type { SandboxStore } from "./sandbox-store.ts"
import { annotationsOf, labelsOf, recordOf } from "./stored-record.ts"
import type { Claim, Secret, StatefulSet } from "./wire.ts"

export type SpawnDeps = {
  api: ClusterApi
  store: Pick<SandboxStore, "learn">
  now: () => number
}

const passwordBytes = 24
/** Another replica makes the same sandbox at the same moment so often. */
const mostConflicts = 5

/** The volume as it is; undefined when there is none. Throws a Problem where it is not this person's, or is going. */
export async function existingClaim({ api }: SpawnDeps, place: Place): Promise<Claim | undefined> {
  const { record, namespace, key } = place
  const claim = await api.read({ resource: "persistentvolumeclaims", namespace, name: claimName(record.id) })
  if (!claim) return undefined
  if (recordOf(claim, key)?.owner !== record.owner) throw taken(claimName(record.id), namespace)
  if (claim.metadata?.deletionTimestamp || isCancelled(claim))
    throw new Problem("sandbox.unavailable", "Its data is still being deleted. Try again in a moment.", {
      retryAfter: 5,
    })
  return claim
}

export function taken(name: string, namespace: string): Problem {
  return new Problem(
    "sandbox.taken",
    `There is already something called ${name} in the namespace ${namespace}, and it is not this sandbox.`,
  )
}

/** Makes pod and volume without making them: quota, policies and rights refuse at once what they would refuse later. */
export async function tryOut(
  { api }: SpawnDeps,
  place: Place,
  template: Template,
  withClaim: boolean,
): Promise<void> {
  const { namespace } = place
  const dryRun = { dryRun: true }
  await Promise.all([
    api.create("pods", namespace, trialPod(place, template), dryRun),
    withClaim && api.create("persistentvolumeclaims", namespace, claimOf(place, template), dryRun),
  ])
}

/** The volume first: a pod that finds none is placed a second later than it could be. */
export async function makeClaim(
  deps: SpawnDeps,
  place: Place,
  template: Template,
  isNew = false,
): Promise<Claim> {
  const { namespace, record } = place
  const made = await deps.api
    .create("persistentvolumeclaims", namespace, claimOf(place, template, isNew))
    .catch(async (error: unknown) => {
      const other = isStatus(error, 409) ? await existingClaim(deps, place) : undefined
      if (!other) throw error
      return other
    })
  deps.store.learn("persistentvolumeclaims", made)
  if (recordOf(made, place.key)?.owner !== record.owner) throw taken(claimName(record.id), namespace)
  return made
}

/**
 * Kept data is a sandbox's again, under its present record, and no longer goes with another StatefulSet. Written over
 * what was `found` alone: whoever cancels it meanwhile goes on to remove all of it, however long that takes.
 */
export async function reclaim(deps: SpawnDeps, place: Place, found: Claim): Promise<void> {
  const { record, namespace, key } = place
  const at = { resource: "persistentvolumeclaims", namespace, name: claimName(record.id) } as const
  const metadata = {
    labels: labelsOf(record),
    annotations: { ...annotationsOf(record, namespace, key), ...notFresh, [keptSinceAnnotation]: null },
    ownerReferences: null,
  }
  let claim: Claim | undefined = found
  for (let conflicts = 0; ; conflicts++) {
    const resourceVersion = claim?.metadata?.resourceVersion ?? ""
    try {
      const patch = { metadata: { ...metadata, resourceVersion } }
      return deps.store.learn(at.resource, await deps.api.merge(at, patch))
    } catch (error) {
      if (!isStatus(error, 409) || conflicts >= mostConflicts) throw error
    }
    claim = await existingClaim(deps, place)
  }
}

/**
 * Without a pod: one that starts before the Secret is ours would keep the password that somebody has put there. Undefined
 * when there is one already.
 */
export async function createStatefulSet(
  { api, store }: SpawnDeps,
  place: Place,
  template: Template,
): Promise<StatefulSet | undefined> {
  try {
    const made = await api.create("statefulsets", place.namespace, statefulSetOf(place, template, 0))
    store.learn("statefulsets", made)
    return made
  } catch (error) {
    if (isStatus(error, 409)) return undefined
    throw error
  }
}

export async function applyStatefulSet(
  { api, store }: SpawnDeps,
  place: Place,
  template: Template,
): Promise<StatefulSet> {
  const { namespace, record } = place
  const body = statefulSetOf(place, template)
  const made = await api.apply({ resource: "statefulsets", namespace, name: record.id }, body)
  store.learn("statefulsets", made)
  return made
}

/** What the StatefulSet owns. */
export async function completeObjects(deps: SpawnDeps, place: Place, owner: StatefulSet): Promise<void> {
  const { api, store } = deps
  const { namespace, record } = place
  const uid = owner.metadata?.uid ?? ""
  const at = { namespace, name: record.id }
  const [lease] = await Promise.all([
    api.apply({ resource: "leases", ...at }, leaseOf(place, uid)),
    api.apply({ resource: "services", ...at }, serviceOf(place, uid)),
    makeSecret(deps, place, uid),
  ])
  store.learn("leases", lease)
}

/** The password is made once and stays: what runs has read it. */
async function makeSecret({ api }: SpawnDeps, place: Place, uid: string): Promise<void> {
  const { namespace, record } = place
  const at = { resource: "secrets", namespace, name: record.id } as const
  const secret = secretOf(place, uid, randomBytes(passwordBytes).toString("base64url"))
  let found: Secret | undefined
  for (let conflicts = 0; ; conflicts++) {
    try {
      await (found ? api.replace(at, inPlaceOf(found, secret)) : api.create("secrets", namespace, secret))
      return
    } catch (error) {
      if (!isStatus(error, 409) || conflicts >= mostConflicts) throw error
    }
    found = await api.read(at)
    if (found?.metadata?.ownerReferences?.some((owner) => owner.uid === uid)) return
  }
}

/**
 * One that was there before the StatefulSet is replaced whole. It was left by one that is gone, and would be collected with
 * it; or somebody put it there to know the password. Refused with 409 when another replica was faster.
 */
function inPlaceOf({ metadata }: Secret, secret: Secret): Secret {
  const resourceVersion = metadata?.resourceVersion ?? ""
  return { ...secret, metadata: { ...secret.metadata, resourceVersion } }
}

/** `applied`: as the apply before it left it. `isNew`: it did not run before. */
export async function scaleUp(
  { api, store, now }: SpawnDeps,
  { record, namespace }: Place,
  { applied, isNew }: { applied: StatefulSet; isNew: boolean },
): Promise<void> {
  const at = { resource: "statefulsets", namespace, name: record.id } as const
  store.learn("statefulsets", await api.merge(at, wakePatch(now(), isNew, fieldsWithoutCreate(applied))))
}

/**
 * Who owns which field, without what the create has claimed beside the apply: for its sake a field would stay that the
 * template has lost. Undefined where it claims nothing any more.
 */
function fieldsWithoutCreate({ metadata }: StatefulSet) {
  const all = metadata?.managedFields ?? []
  const kept = all.filter(({ manager, operation }) => manager !== fieldManager || operation !== "Update")
  return kept.length === all.length ? undefined : kept
}
