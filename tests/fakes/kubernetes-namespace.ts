// The objects of a namespace as the API server keeps them: a write may say which version it was made for, a removal of
// which object. What is cached of them is never old here.
import { StatusError } from "../../proxy/sandboxes/kubernetes/api-error.ts"
import type { ClusterApi } from "../../proxy/sandboxes/kubernetes/cluster-api.ts"
import { claimName, freshAnnotation, podName } from "../../proxy/sandboxes/kubernetes/names.ts"
import type { SandboxStore } from "../../proxy/sandboxes/kubernetes/sandbox-store.ts"
import { annotationsOf } from "../../proxy/sandboxes/kubernetes/stored-record.ts"
import type { Claim, KubeObject, StatefulSet } from "../../proxy/sandboxes/kubernetes/wire.ts"
import { recordKey, stored, storedSandbox } from "./kubernetes-record.ts"

type At = { resource: string; name: string }
type Metadata = Omit<KubeObject["metadata"] & object, "annotations"> & {
  annotations?: Record<string, string | null>
}

const { id } = storedSandbox

export function makeNamespace() {
  const objects = new Map<string, KubeObject>()
  const calls: string[] = []
  const forgotten: string[] = []
  /** Comes before each call, and may change what it finds. */
  const hooks = { before: (_call: string): void => undefined }
  let version = 1

  function put(at: At, object: KubeObject): KubeObject {
    const metadata = { uid: `uid ${++version}`, ...object.metadata, resourceVersion: String(version) }
    const made = { ...object, metadata }
    objects.set(`${at.resource}/${at.name}`, made)
    return made
  }
  function call(verb: string, { resource, name }: At): KubeObject | undefined {
    const what = `${verb} ${resource}`
    calls.push(what)
    hooks.before(what)
    return objects.get(`${resource}/${name}`)
  }
  const refused = (code: number) => new StatusError(code, {})

  const api = {
    read: async (at: At) => call("read", at),
    create: async (resource: string, _: string, body: KubeObject, options?: { dryRun?: boolean }) => {
      const at = { resource, name: body.metadata?.name ?? "" }
      if (options?.dryRun) return body
      if (call("create", at)) throw refused(409)
      return put(at, body)
    },
    apply: async (at: At, body: KubeObject) => {
      const { uid } = call("apply", at)?.metadata ?? {}
      return put(at, { ...body, metadata: { ...body.metadata, ...(uid === undefined ? {} : { uid }) } })
    },
    merge: async (at: At, { metadata, ...rest }: { metadata?: Metadata }) => {
      const found = call("merge", at)
      if (!found) throw refused(404)
      const wanted = metadata?.resourceVersion
      if (wanted !== undefined && wanted !== found.metadata?.resourceVersion) throw refused(409)
      const all = { ...found.metadata?.annotations, ...metadata?.annotations }
      const left = Object.entries(all).filter(([, value]) => value !== null)
      const annotations = Object.fromEntries(left) as Record<string, string>
      return put(at, { ...found, ...rest, metadata: { ...found.metadata, ...metadata, annotations } })
    },
    remove: async (at: At, { uid }: { uid?: string } = {}) => {
      const found = call("remove", at)
      if (uid === undefined || uid === found?.metadata?.uid) objects.delete(`${at.resource}/${at.name}`)
    },
  }
  const one = (resource: string, name: string) => objects.get(`${resource}/${name}`)
  const parts = () => ({
    ...{ id, namespace: "team-a", events: [] },
    ...{ statefulSet: one("statefulsets", id), pod: one("pods", podName(id)) },
    claim: one("persistentvolumeclaims", claimName(id)),
  })
  const store = {
    parts,
    placeOf: () => "team-a",
    record: () => storedSandbox,
    learn: () => undefined,
    forget: (kind: string) => void forgotten.push(kind),
  }
  return {
    api: api as unknown as ClusterApi,
    store: store as unknown as SandboxStore,
    calls,
    forgotten,
    hooks,
    claim: () => parts().claim as Claim | undefined,
    statefulSet: () => parts().statefulSet as StatefulSet | undefined,
    /** As a start leaves it that went through; `mark`: what stands there about its being fresh. */
    putClaim: (mark?: string, key = recordKey) => {
      const sealed = annotationsOf(storedSandbox, "team-a", key)
      const annotations = { ...sealed, ...(mark === undefined ? {} : { [freshAnnotation]: mark }) }
      const name = claimName(id)
      return put({ resource: "persistentvolumeclaims", name }, stored({ name, annotations })) as Claim
    },
    putStatefulSet: () =>
      put({ resource: "statefulsets", name: id }, { ...stored(), ...{ spec: { replicas: 1 } } }),
    drop: (resource: string, name: string) => void objects.delete(`${resource}/${name}`),
  }
}
