// From the objects of one sandbox to what a driver tells of it. Pure: the same objects give the same observation.
import type { Observation, SandboxRecord } from "../driver.ts"
import { quantityOf } from "../templates/quantity.ts"
import { cloneFailed, evicted, imageMissing, notConfigured, serverEnds } from "./failures-of-containers.ts"
import {
  nodeLost,
  notMade,
  notMounted,
  notPlaced,
  notProvisioned,
  tooLong,
  volumeGone,
  volumeLost,
} from "./failures-of-place.ts"
import { type Finding, finding, type Rule } from "./finding.ts"
import { isCancelled, markOf } from "./fresh.ts"
import {
  initContainer,
  keepAwakeAnnotation,
  keptSinceAnnotation,
  serverContainer,
  startedAtAnnotation,
  wokenAtAnnotation,
} from "./names.ts"
import { newestEvent, type SandboxObjects } from "./sandbox-events.ts"
import { containerStatus, isReady, startPosition } from "./start-position.ts"
import { type KubeObject, type Lease, timeOf } from "./wire.ts"

export type SandboxParts = SandboxObjects & { readonly namespace: string; readonly lease?: Lease }

/** The first that applies is what a person is told. */
const rules: readonly Rule[] = [
  volumeLost,
  volumeGone,
  notMade,
  nodeLost,
  evicted,
  notProvisioned,
  notPlaced,
  imageMissing,
  cloneFailed,
  notConfigured,
  serverEnds,
  notMounted,
  tooLong,
]

export function observe(parts: SandboxParts, record: SandboxRecord, now: number): Observation {
  const { statefulSet, claim } = parts
  const isFresh = markOf(claim) !== undefined
  const base = { record, isFresh, ...attentionOf(parts, record), ...dataOf(parts) }
  const isLiving = statefulSet !== undefined && !statefulSet.metadata?.deletionTimestamp
  // What was cancelled is removed to its end, however far that has come.
  if (isLiving && !(claim && isCancelled(claim))) return observeLiving(parts, base, now)
  const leaving = statefulSet !== undefined || parts.pod !== undefined
  const keptSince = timeOf(annotation(claim, keptSinceAnnotation))
  const asleep = { up: false, leaving, step: "queued" as const, entered: {} }
  if (!claim || isGoing(claim))
    return { ...base, ...asleep, leaving: true, wanted: "nothing", version: "nothing" }
  if (keptSince === undefined && !statefulSet) {
    const age = now - (timeOf(claim.metadata?.creationTimestamp) ?? 0)
    return { ...base, ...asleep, ...(age < makingMs ? beingMade : gone) }
  }
  const since = keptSince ?? timeOf(statefulSet?.metadata?.deletionTimestamp) ?? record.createdAt
  return { ...base, ...asleep, wanted: "data", keptSince: since, version: `data ${since}` }
}

type Base = Pick<Observation, "record" | "isFresh" | "intentAt" | "keepAwakeUntil" | "dataBytes">

function observeLiving(parts: SandboxParts, base: Base, now: number): Observation {
  const { statefulSet, pod } = parts
  const version = versionOf(statefulSet)
  const startedAt = timeOf(annotation(statefulSet, startedAtAnnotation)) ?? base.record.createdAt
  if (isBeingMade(statefulSet, now))
    return { ...base, ...beingMade, up: false, leaving: false, step: "queued", entered: {} }
  if ((statefulSet?.spec?.replicas ?? 1) === 0)
    return {
      ...base,
      wanted: "stopped",
      up: false,
      leaving: pod !== undefined,
      step: "queued",
      entered: {},
      version,
    }
  const wokenAt = timeOf(annotation(statefulSet, wokenAtAnnotation)) ?? startedAt
  const up = isReady(pod)
  const failure = up ? undefined : failureOf(parts, wokenAt, now)
  const detail = up ? undefined : detailOf(parts, wokenAt)
  return {
    ...base,
    wanted: "running",
    up,
    leaving: false,
    ...startPosition(parts, startedAt),
    startedAt,
    version,
    ...(detail === undefined ? {} : { detail }),
    ...(failure === undefined ? {} : { failure }),
  }
}

/** Changes with what is wanted: the generation with every change of the specification, the time with every wake. */
export function versionOf(statefulSet: SandboxParts["statefulSet"]): string {
  const wokenAt = annotation(statefulSet, wokenAtAnnotation) ?? ""
  return `${statefulSet?.metadata?.uid ?? ""} ${statefulSet?.metadata?.generation ?? 0} ${wokenAt}`
}

/** The volume is made first; what follows takes a moment, or never comes when the proxy that made it has ended. */
const makingMs = 30_000
const beingMade = { wanted: "running" as const, version: "being made" }

/** It comes into being stopped, and is started once its password is there. */
function isBeingMade(statefulSet: SandboxParts["statefulSet"], now: number): boolean {
  if (statefulSet?.spec?.replicas !== 0 || annotation(statefulSet, startedAtAnnotation)) return false
  return now - (timeOf(statefulSet.metadata?.creationTimestamp) ?? 0) < makingMs
}

/** Somebody deleted the StatefulSet, and not through us: then the volume would say since when it is only data. */
const gone = {
  wanted: "running" as const,
  version: "gone",
  failure: finding(
    "gone",
    "queued",
    "It is not whole any more: somebody deleted its StatefulSet in the cluster, or its first start was cut off. Its data is still there. Start it again, or delete it.",
    ["retry", "delete"],
    { details: "The StatefulSet does not exist, the PersistentVolumeClaim does.", terminal: true },
  ),
}

function failureOf(parts: SandboxParts, wokenAt: number, now: number): Finding | undefined {
  const made = timeOf(parts.pod?.metadata?.creationTimestamp) ?? 0
  const scene = { ...parts, since: Math.max(wokenAt, made), now }
  for (const rule of rules) {
    const found = rule(scene)
    if (found) return found
  }
  return undefined
}

function detailOf(parts: SandboxParts, wokenAt: number): string | undefined {
  const { pod } = parts
  if (pod?.metadata?.deletionTimestamp) return "Waiting for the run before it to end."
  if (newestEvent(parts, "Pod", ["TriggeredScaleUp"], wokenAt) && !pod?.spec?.nodeName)
    return "The cluster is adding a machine for it; that takes some minutes."
  const waits = [initContainer, serverContainer].some(
    (name) => containerStatus(pod, name)?.state?.running !== undefined,
  )
  const pulling = newestEvent(parts, "Pod", ["Pulling"], wokenAt)
  const pulled = newestEvent(parts, "Pod", ["Pulled"], wokenAt)
  const image = /image "([^"]+)"/.exec(pulling?.message ?? "")?.[1]
  return image && !pulled && !waits ? `Fetching the image ${image}.` : undefined
}

/** Deleted, cancelled, or to go with a StatefulSet that is: take-away.ts. */
function isGoing(claim: NonNullable<SandboxParts["claim"]>): boolean {
  const { deletionTimestamp, ownerReferences = [] } = claim.metadata ?? {}
  return deletionTimestamp !== undefined || ownerReferences.length > 0 || isCancelled(claim)
}

function attentionOf({ lease }: SandboxParts, record: SandboxRecord) {
  return {
    intentAt: Math.max(timeOf(lease?.spec?.renewTime) ?? 0, record.createdAt),
    keepAwakeUntil: timeOf(annotation(lease, keepAwakeAnnotation)) ?? null,
  }
}

function dataOf({ claim }: SandboxParts): { dataBytes?: number } {
  const size = claim?.status?.capacity?.storage ?? claim?.spec?.resources?.requests?.storage
  const bytes = size === undefined ? Number.NaN : quantityOf(size)
  return Number.isNaN(bytes) ? {} : { dataBytes: bytes }
}

function annotation(object: KubeObject | undefined, name: string): string | undefined {
  return object?.metadata?.annotations?.[name]
}
