// What is kept of an object: most of a pod is its specification, which says nothing about how it fares.
import { idOfEvent } from "./sandbox-events.ts"
import type { KubeEvent, KubeObject } from "./wire.ts"

type Loose = KubeObject & { spec?: Spec; status?: unknown }
type Spec = Record<string, unknown> & { containers?: { name?: string; resources?: unknown }[] }

/** What observing looks at in a specification, whatever the kind. */
const keptFields = new Set([
  "replicas",
  "nodeName",
  "volumeName",
  "storageClassName",
  "resources",
  "renewTime",
  "holderIdentity",
])

export function slim<T extends KubeObject>(object: T): T {
  const { metadata, spec, ...rest } = object as Loose & { metadata?: { managedFields?: unknown } }
  const { managedFields: _, ...kept } = metadata ?? {}
  const specOf = ({ containers, ...all }: Spec) => ({
    ...Object.fromEntries(Object.entries(all).filter(([name]) => keptFields.has(name))),
    // What a pod may use stands there.
    ...(containers && { containers: containers.map(({ name, resources }) => ({ name, resources })) }),
  })
  return { ...rest, metadata: kept, ...(spec === undefined ? {} : { spec: specOf(spec) }) } as unknown as T
}

/** Of an event about something else only what tells it apart; there may be thousands. */
export function slimEvent(event: KubeEvent): KubeEvent {
  if (idOfEvent(event) !== undefined) return slim(event)
  const { name = "", namespace = "", uid = "", resourceVersion = "" } = event.metadata
  return { metadata: { name, namespace, uid, resourceVersion }, involvedObject: {} }
}
