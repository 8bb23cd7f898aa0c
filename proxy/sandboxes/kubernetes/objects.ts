// The objects of one sandbox. A StatefulSet, so that what is wanted survives a stop, a drained node is survived, and two
// processes never share the SQLite files on the volume. It owns Service, Secret and Lease; the data belongs to nobody.
import type { SandboxRecord } from "../driver.ts"
import type { Template } from "../templates/template.ts"
import { fresh } from "./fresh.ts"
import {
  claimName,
  idLabel,
  keepAwakeAnnotation,
  passwordKey,
  serverPort,
  startedAtAnnotation,
  wokenAtAnnotation,
} from "./names.ts"
import { partOf } from "./namespaces.ts"
import { podOf } from "./pod.ts"
import { annotationsOf, labelsOf } from "./stored-record.ts"
import type { Claim, Lease, Pod, Secret, Service, StatefulSet } from "./wire.ts"

/** One sandbox in its place. `key` seals its record. */
export type Place = {
  readonly record: SandboxRecord
  readonly namespace: string
  readonly key: Uint8Array
}

function metadataOf({ record, namespace, key }: Place, name = record.id) {
  return {
    name,
    namespace,
    labels: labelsOf(record),
    annotations: annotationsOf(record, namespace, key),
  }
}

/** What the StatefulSet will make, for a dry run: its refusals come back at once and not as an event later. */
export function trialPod(place: Place, template: Template): Pod {
  const pod = podOf(place.record, template)
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...pod.metadata, name: `${place.record.id}-trial`, namespace: place.namespace },
    ...(pod.spec ? { spec: pod.spec } : {}),
  } as Pod
}

/** `replicas` only for one that does not exist yet: afterwards they change by patches alone. */
export function statefulSetOf(place: Place, template: Template, replicas?: 0): StatefulSet {
  const { id } = place.record
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf(place),
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      serviceName: id,
      selector: { matchLabels: { [idLabel]: id } },
      // What runs is not interrupted by a changed template; the next wake takes it.
      updateStrategy: { type: "OnDelete" },
      podManagementPolicy: "Parallel",
      revisionHistoryLimit: 1,
      template: podOf(place.record, template),
    },
  } as StatefulSet
}

/** `isNew`: nothing was there before, so it stays fresh until somebody may have used it. */
export function claimOf(place: Place, template: Template, isNew = false): Claim {
  const { storageClass } = partOf(template)
  const metadata = metadataOf(place, claimName(place.record.id))
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...(isNew ? fresh : {}) } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: template.resources.storage } },
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    },
  }
}

export function ownerReference(name: string, uid: string) {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    name,
    uid,
    controller: false,
    blockOwnerDeletion: false,
  }
}

function ownedMetadata(place: Place, uid: string) {
  const { record, namespace } = place
  return {
    name: record.id,
    namespace,
    labels: labelsOf(record),
    ownerReferences: [ownerReference(record.id, uid)],
  }
}

export function serviceOf(place: Place, uid: string): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: ownedMetadata(place, uid),
    spec: {
      type: "ClusterIP",
      selector: { [idLabel]: place.record.id },
      ports: [{ name: "opencode", port: serverPort, targetPort: serverPort, protocol: "TCP" }],
    },
  } as Service
}

export function secretOf(place: Place, uid: string, password: string): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: ownedMetadata(place, uid),
    type: "Opaque",
    data: { [passwordKey]: Buffer.from(password).toString("base64") },
  }
}

/** Says when somebody last did something, and until when it is kept awake. */
export function leaseOf(place: Place, uid: string): Lease {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: ownedMetadata(place, uid) }
}

/** Times that need microseconds on the wire (MicroTime). */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z")
export const isoTime = (ms: number): string => new Date(ms).toISOString()

/** Starts. `isNew`: it did not run before, so this run begins now. A racing stop sees that something changed. */
export function wakePatch(now: number, isNew: boolean, managedFields?: readonly object[]) {
  return {
    metadata: {
      ...(managedFields === undefined ? {} : { managedFields }),
      annotations: {
        [wokenAtAnnotation]: isoTime(now),
        ...(isNew ? { [startedAtAnnotation]: isoTime(now) } : {}),
      },
    },
    spec: { replicas: 1 },
  }
}

/** Refused with 409 when anything has changed since `resourceVersion`. */
export function stopPatch(resourceVersion: string) {
  return { metadata: { resourceVersion }, spec: { replicas: 0 } }
}

export function keepAwakePatch(until: number | null) {
  return { metadata: { annotations: { [keepAwakeAnnotation]: until === null ? null : isoTime(until) } } }
}
