// The objects of Kubernetes as they are on the wire. The library's types say Date where a watch gives a text.
import type {
  CoreV1Event,
  V1Lease,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodTemplateSpec,
  V1Secret,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node"

type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T

export type StatefulSet = Wire<V1StatefulSet>
export type Pod = Wire<V1Pod>
export type PodTemplate = Wire<V1PodTemplateSpec>
export type PodSpec = NonNullable<PodTemplate["spec"]>
export type Container = PodSpec["containers"][number]
export type Claim = Wire<V1PersistentVolumeClaim>
export type Lease = Wire<V1Lease>
export type Service = Wire<V1Service>
export type Secret = Wire<V1Secret>
export type KubeEvent = Wire<CoreV1Event>

/** What all of them share. */
export type KubeObject = {
  metadata?: {
    name?: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    creationTimestamp?: string
    deletionTimestamp?: string
  }
}

/** Milliseconds since the epoch; undefined for no time and for one that cannot be read. */
export function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
