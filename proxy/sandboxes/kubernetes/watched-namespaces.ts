// Which namespaces are watched. Those that templates name outright, from the start. For a pattern such as
// kubeflow-{user}: all namespaces at once where the cluster allows that; else those in which a sandbox was ever made,
// each noted in a Lease in our own namespace, so that a restart and the other replicas know of it.
import { Problem } from "../../../shared/problems.ts"
import type { Log } from "../../log.ts"
import type { Template } from "../templates/template.ts"
import { isStatus } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { managedBy, namespaceLabel } from "./names.ts"
import { hasPattern } from "./namespaces.ts"
import type { SandboxStore } from "./sandbox-store.ts"
import type { Lease } from "./wire.ts"

export type WatchedNamespacesOptions = {
  api: Pick<ClusterApi, "may" | "list" | "create">
  store: Pick<SandboxStore, "watch" | "isWatched" | "namespaces">
  templates: () => readonly Template[]
  /** Our own. */
  home: () => string
  log: Log
}

/** Each costs four open connections; who has more people than that gives the right to watch all namespaces at once. */
const most = 50

const watchedKinds = [
  ["apps", "statefulsets"],
  ["", "pods"],
  ["", "persistentvolumeclaims"],
  ["coordination.k8s.io", "leases"],
] as const

export function makeWatchedNamespaces({ api, store, templates, home, log }: WatchedNamespacesOptions) {
  const named = () => templates().flatMap(({ kubernetes }) => (kubernetes ? [kubernetes.namespace] : []))
  const patterned = () => named().some(hasPattern)

  async function mayWatchAll(): Promise<boolean> {
    const asked = watchedKinds.flatMap(([group, kind]) =>
      ["list", "watch"].map((verb) => api.may("", group, kind, verb)),
    )
    return (await Promise.all(asked)).every(Boolean)
  }

  async function noted(): Promise<string[]> {
    const leases = await api.list("leases", home(), namespaceLabel)
    return leases.flatMap(({ metadata }) => metadata?.labels?.[namespaceLabel] ?? [])
  }

  async function note(namespace: string): Promise<void> {
    const labels = { ...managedBy, [namespaceLabel]: namespace }
    const lease = { metadata: { name: `sandbar-namespace.${namespace}`, labels } } as Lease
    await api.create("leases", home(), lease).catch((error: unknown) => {
      if (!isStatus(error, 409)) throw error
    })
  }

  async function openNoted(): Promise<unknown> {
    const open = (await noted()).filter((namespace) => !store.isWatched(namespace))
    const room = Math.max(0, most - store.namespaces().length)
    if (open.length > room) log.error({ namespaces: open.length }, tooManySentence)
    return Promise.all(open.slice(0, room).map(store.watch))
  }

  return {
    /** Fulfilled when everything in them has been seen once. Again and again: templates change. */
    open: async (): Promise<void> => {
      const fixed = named().filter((namespace) => !hasPattern(namespace) && !store.isWatched(namespace))
      if (patterned() && !store.isWatched("") && (await mayWatchAll())) await store.watch("")
      else await Promise.all(fixed.map(store.watch))
      if (patterned() && !store.isWatched("")) await openNoted()
    },
    /** Before something is made in a namespace. */
    enter: async (namespace: string): Promise<void> => {
      if (!store.isWatched(namespace)) {
        if (store.namespaces().length >= most) throw new Problem("sandbox.unavailable", tooManySentence)
        await note(namespace)
      }
      await store.watch(namespace)
    },
  }
}

const tooManySentence =
  `Sandboxes are in more than ${most} namespaces. ` +
  "An operator has to give Sandbar the right to list and watch statefulsets, pods, persistentvolumeclaims and leases in all of them."
