// What is known of all sandboxes: one list and watch for each kind and namespace, or for all namespaces at once where
// the rights reach so far. Events are watched only where something is starting.
import type { Log } from "../../log.ts"
import type { SandboxRecord } from "../driver.ts"
import { type Kinds, pathOf } from "./cluster-api.ts"
import { claimName, idLabel, managedSelector, podName } from "./names.ts"
import type { SandboxParts } from "./observe.ts"
import { idOfEvent } from "./sandbox-events.ts"
import { slim, slimEvent } from "./slim.ts"
import { recordOf } from "./stored-record.ts"
import type { Transport } from "./transport.ts"
import { type KindWatch, keyOf, watchKind } from "./watch-kind.ts"
import type { KubeEvent, KubeObject } from "./wire.ts"

const watched = ["statefulsets", "pods", "persistentvolumeclaims", "leases"] as const
type Watched = (typeof watched)[number]
type Watches = { readonly [Kind in Watched]: KindWatch<Kinds[Kind]> }

export type StoreOptions = {
  transport: Pick<Transport, "send" | "json">
  key: Uint8Array
  log: Log
  onChange: (id: string) => void
  signal: AbortSignal
}

export type SandboxStore = ReturnType<typeof makeSandboxStore>

/** After the last start in a namespace its events are watched for so long. */
const eventsMs = 60_000
/** A watch that breaks off and is opened again is nothing to tell anybody. */
const hiccupMs = 2_000

export function makeSandboxStore({ transport, key, log, onChange, signal }: StoreOptions) {
  const scopes = new Map<string, Watches>()
  const places = new Map<string, string>()
  const troubles = new Map<string, { error: unknown; since: number }>()
  const events = new Map<
    string,
    { byId: Map<string, Map<string, KubeEvent>>; stop: AbortController; lastAsked: number }
  >()
  const warned = new Set<string>()

  const watchesOf = (namespace: string) => scopes.get("") ?? scopes.get(namespace)

  function addScope(namespace: string): Promise<unknown> {
    const known = watchesOf(namespace)
    const watches =
      known ?? (Object.fromEntries(watched.map((kind) => [kind, open(kind, namespace)])) as Watches)
    if (!known) scopes.set(namespace, watches)
    return Promise.all(watched.map((kind) => watches[kind].settled))
  }

  function open<Kind extends Watched>(kind: Kind, namespace: string): KindWatch<Kinds[Kind]> {
    const path = pathOf(kind, namespace)
    return watchKind<Kinds[Kind]>({
      transport,
      path,
      labelSelector: managedSelector,
      keep: slim,
      onChange: (now, before) => touch(now ?? before),
      onTrouble: (error) => noteTrouble(path, error),
      signal,
    })
  }

  function noteTrouble(path: string, error: unknown): void {
    const known = troubles.get(path)
    if (error === undefined) troubles.delete(path)
    else troubles.set(path, { error, since: known?.since ?? Date.now() })
    if (error !== undefined && !known) log.warn({ err: error, path }, "a watch of sandboxes is interrupted")
  }

  function touch(object: KubeObject | undefined): void {
    const id = object?.metadata?.labels?.[idLabel]
    const namespace = object?.metadata?.namespace
    if (!id || !namespace) return
    const known = places.get(id)
    // The first place in which it was seen whole is its place: whatever is there counts.
    if (known === undefined || !recordIn(id, known)) {
      if (recordIn(id, namespace)) places.set(id, namespace)
      else if (known === undefined) return
    }
    onChange(id)
  }

  function objectsIn(id: string, namespace: string) {
    const watches = watchesOf(namespace)
    const at = <Kind extends Watched>(kind: Kind, name: string) =>
      watches?.[kind].objects.get(`${namespace}/${name}`)
    return {
      statefulSet: at("statefulsets", id),
      pod: at("pods", podName(id)),
      claim: at("persistentvolumeclaims", claimName(id)),
      lease: at("leases", id),
    }
  }

  function recordIn(id: string, namespace: string): SandboxRecord | undefined {
    const { statefulSet, claim } = objectsIn(id, namespace)
    for (const object of [statefulSet, claim]) {
      const record = object && readRecord(object)
      if (record) return record
    }
    return undefined
  }

  function readRecord(object: KubeObject): SandboxRecord | undefined {
    const record = recordOf(object, key)
    const name = keyOf(object)
    if (!record && !warned.has(name)) {
      warned.add(name)
      log.warn(
        { object: name },
        "an object looks like a sandbox but was not made with our key; it is left alone",
      )
    }
    return record
  }

  return {
    /** Fulfilled when everything there has been seen once. An empty name: all namespaces. */
    watch: addScope,
    isWatched: (namespace: string): boolean => watchesOf(namespace) !== undefined,
    namespaces: (): readonly string[] => [...scopes.keys()],
    placeOf: (id: string): string | undefined => places.get(id),
    record: (id: string): SandboxRecord | undefined => {
      const namespace = places.get(id)
      return namespace === undefined ? undefined : recordIn(id, namespace)
    },
    parts: (id: string): SandboxParts | undefined => {
      const namespace = places.get(id)
      if (namespace === undefined) return undefined
      const found = objectsIn(id, namespace)
      const known = Object.entries(found).filter(([, object]) => object !== undefined)
      const ofId = [...(events.get(namespace)?.byId.get(id)?.values() ?? [])]
      return { id, namespace, events: ofId, ...Object.fromEntries(known) }
    },
    leave: (id: string): void => void places.delete(id),
    learn: <Kind extends Watched>(kind: Kind, object: Kinds[Kind]): void => {
      watchesOf(object.metadata?.namespace ?? "")?.[kind].learn(object)
    },
    forget: <Kind extends Watched>(kind: Kind, id: string, name: string): void => {
      const namespace = places.get(id) ?? ""
      const object = watchesOf(namespace)?.[kind].objects.get(`${namespace}/${name}`)
      if (object) watchesOf(namespace)?.[kind].forget(object)
    },
    /** What is wrong with the connection to the API server; undefined when nothing is, or not for long. */
    trouble: (): unknown => [...troubles.values()].find(({ since }) => Date.now() - since > hiccupMs)?.error,

    /** Something starts in this namespace, so what Kubernetes says about it counts. */
    watchEvents: (namespace: string, now: number): void => {
      const known = events.get(namespace)
      if (known) {
        known.lastAsked = now
        return
      }
      const byId = new Map<string, Map<string, KubeEvent>>()
      const stop = new AbortController()
      events.set(namespace, { byId, stop, lastAsked: now })
      watchKind<KubeEvent>({
        transport,
        path: pathOf("events", namespace),
        keep: slimEvent,
        onChange: (event, before) => {
          const of = (event ?? before) as KubeEvent
          const id = idOfEvent(of)
          if (id === undefined) return
          const own = byId.get(id) ?? new Map<string, KubeEvent>()
          byId.set(id, own)
          if (event) own.set(keyOf(event), event)
          else own.delete(keyOf(of))
          onChange(id)
        },
        onTrouble: (error) => noteTrouble(pathOf("events", namespace), error),
        signal: AbortSignal.any([signal, stop.signal]),
      })
    },
    endEvents: (now: number): void => {
      for (const [namespace, { stop, lastAsked }] of events) {
        if (now - lastAsked < eventsMs) continue
        stop.abort()
        events.delete(namespace)
        troubles.delete(pathOf("events", namespace))
      }
    },
  }
}
