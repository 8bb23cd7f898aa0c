// What the driver does with objects, whatever their kind.
import { isStatus } from "./api-error.ts"
import { fieldManager, stateManager } from "./names.ts"
import type { Transport } from "./transport.ts"
import type { Claim, KubeEvent, KubeObject, Lease, Pod, Secret, Service, StatefulSet } from "./wire.ts"

export type Kinds = {
  statefulsets: StatefulSet
  pods: Pod
  persistentvolumeclaims: Claim
  services: Service
  secrets: Secret
  events: KubeEvent
  leases: Lease
}
export type Resource = keyof Kinds

const roots: Readonly<Record<Resource, string>> = {
  statefulsets: "/apis/apps/v1",
  pods: "/api/v1",
  persistentvolumeclaims: "/api/v1",
  services: "/api/v1",
  secrets: "/api/v1",
  events: "/api/v1",
  leases: "/apis/coordination.k8s.io/v1",
}

/** An empty namespace: all of them. */
export function pathOf(resource: Resource, namespace: string, name?: string): string {
  const place = namespace === "" ? "" : `/namespaces/${encodeURIComponent(namespace)}`
  return `${roots[resource]}${place}/${resource}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`
}

type Place<R extends Resource> = { resource: R; namespace: string; name: string }

export type ClusterApi = ReturnType<typeof makeClusterApi>

export function makeClusterApi({ json }: Pick<Transport, "json">) {
  function write<T>(method: string, path: string, body: unknown, contentType: string): Promise<T> {
    return json<T>(path, { method, body: JSON.stringify(body), headers: { "content-type": contentType } })
  }

  return {
    /** Undefined when it does not exist. */
    read: <R extends Resource>({ resource, namespace, name }: Place<R>): Promise<Kinds[R] | undefined> =>
      orMissing(json<Kinds[R]>(pathOf(resource, namespace, name))),

    readNamespace: (name: string): Promise<KubeObject | undefined> =>
      orMissing(json<KubeObject>(`/api/v1/namespaces/${encodeURIComponent(name)}`)),

    list: async <R extends Resource>(
      resource: R,
      namespace: string,
      labelSelector: string,
    ): Promise<readonly Kinds[R][]> => {
      const query = new URLSearchParams({ labelSelector })
      return (await json<{ items?: Kinds[R][] }>(`${pathOf(resource, namespace)}?${query}`)).items ?? []
    },

    create: <R extends Resource>(
      resource: R,
      namespace: string,
      body: Kinds[R],
      { dryRun = false }: { dryRun?: boolean } = {},
    ): Promise<Kinds[R]> =>
      write(
        "POST",
        `${pathOf(resource, namespace)}?fieldManager=${fieldManager}${dryRun ? "&dryRun=All" : ""}`,
        body,
        "application/json",
      ),

    /** Server-side apply. What others have set beyond our fields stays; ours win, as is due to a controller. */
    apply: <R extends Resource>({ resource, namespace, name }: Place<R>, body: Kinds[R]): Promise<Kinds[R]> =>
      write(
        "PATCH",
        `${pathOf(resource, namespace, name)}?fieldManager=${fieldManager}&force=true`,
        body,
        // JSON is YAML.
        "application/apply-patch+yaml",
      ),

    /** A merge patch of what changes while a sandbox lives; with a resourceVersion in it, 409 when that is no longer so. */
    merge: <R extends Resource>({ resource, namespace, name }: Place<R>, patch: object): Promise<Kinds[R]> =>
      write(
        "PATCH",
        `${pathOf(resource, namespace, name)}?fieldManager=${stateManager}`,
        patch,
        "application/merge-patch+json",
      ),

    replace: <R extends Resource>(
      { resource, namespace, name }: Place<R>,
      body: Kinds[R],
    ): Promise<Kinds[R]> =>
      write(
        "PUT",
        `${pathOf(resource, namespace, name)}?fieldManager=${fieldManager}`,
        body,
        "application/json",
      ),

    /**
     * Does nothing when it does not exist, or is another one by now. What it owns is collected by the cluster. Gives the
     * object where it only ends later, because something still holds on to it.
     */
    remove: async <R extends Resource>(
      { resource, namespace, name }: Place<R>,
      options: { uid?: string | undefined; atOnce?: boolean } = {},
    ): Promise<Kinds[R] | undefined> => {
      const body = {
        propagationPolicy: "Background",
        ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
        ...(options.atOnce ? { gracePeriodSeconds: 0 } : {}),
      }
      const path = pathOf(resource, namespace, name)
      try {
        const left = await orMissing(write<Kinds[R]>("DELETE", path, body, "application/json"))
        return left?.metadata?.deletionTimestamp ? left : undefined
      } catch (error) {
        if (isStatus(error, 409)) return undefined
        throw error
      }
    },

    /** Whether we may; an empty namespace asks for all of them at once. */
    may: async (namespace: string, apiGroup: string, resource: string, verb: string): Promise<boolean> => {
      const [name, subresource] = resource.split("/")
      const resourceAttributes = {
        group: apiGroup,
        resource: name,
        verb,
        ...(namespace === "" ? {} : { namespace }),
        ...(subresource === undefined ? {} : { subresource }),
      }
      const review = await write<{ status?: { allowed?: boolean } }>(
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes },
        },
        "application/json",
      )
      return review.status?.allowed === true
    },
  }
}

async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
}
