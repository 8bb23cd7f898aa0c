// The events of one sandbox: of its StatefulSet, its pod and its volume, and of this run only.
import { isSandboxId } from "../../../shared/servers.ts"
import { claimName, podName } from "./names.ts"
import { type Claim, type KubeEvent, type Pod, type StatefulSet, timeOf } from "./wire.ts"

export type SandboxObjects = {
  readonly id: string
  readonly statefulSet?: StatefulSet
  readonly pod?: Pod
  readonly claim?: Claim
  /** When the claim was first seen without its volume. */
  readonly lostSince?: number
  readonly events: readonly KubeEvent[]
}

export type EventOf = "StatefulSet" | "Pod" | "PersistentVolumeClaim"

export function timeOfEvent(event: KubeEvent): number {
  return (
    timeOf(event.series?.lastObservedTime) ??
    timeOf(event.lastTimestamp) ??
    timeOf(event.eventTime) ??
    timeOf(event.metadata.creationTimestamp) ??
    0
  )
}

/** The id of the sandbox that an event is about, by the names that its objects have. */
export function idOfEvent({ involvedObject: { kind, name = "" } }: KubeEvent): string | undefined {
  const suffixes = { StatefulSet: "", Pod: podName(""), PersistentVolumeClaim: claimName("") }
  const suffix = suffixes[kind as keyof typeof suffixes]
  if (suffix === undefined || !name.endsWith(suffix)) return undefined
  const id = suffix === "" ? name : name.slice(0, -suffix.length)
  return isSandboxId(id) ? id : undefined
}

/** The newest with one of the reasons; what an earlier run or an earlier pod went through does not count. */
export function newestEvent(
  objects: SandboxObjects,
  about: EventOf,
  reasons: readonly string[],
  since: number,
): KubeEvent | undefined {
  const uid = { StatefulSet: objects.statefulSet, Pod: objects.pod, PersistentVolumeClaim: objects.claim }[
    about
  ]?.metadata?.uid
  // Kubernetes writes whole seconds.
  const from = Math.floor(since / 1_000) * 1_000
  return objects.events
    .filter((event) => event.involvedObject.kind === about && reasons.includes(event.reason ?? ""))
    .filter((event) => !uid || !event.involvedObject.uid || event.involvedObject.uid === uid)
    .filter((event) => timeOfEvent(event) >= from)
    .sort((left, right) => timeOfEvent(right) - timeOfEvent(left))[0]
}
