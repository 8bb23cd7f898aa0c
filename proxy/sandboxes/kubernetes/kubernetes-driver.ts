// Sandboxes as pods: the contract of driver.ts over the objects of Kubernetes. Kubernetes keeps the truth; what is held
// here are caches, which a restart or another replica fills from the same objects.
import { randomBytes } from "node:crypto"
import { Problem } from "../../../shared/problems.ts"
import type { Log } from "../../log.ts"
import type { Capabilities, Driver, SandboxRecord } from "../driver.ts"
import type { Template } from "../templates/template.ts"
import { makeClusterApi } from "./cluster-api.ts"
import { type CredentialSource, loadKubeConfig, makeCredentialSource } from "./credentials.ts"
import { finishCancelled } from "./finish-cancelled.ts"
import { runForLeader } from "./leader.ts"
import { makeLifecycle } from "./lifecycle.ts"
import { listRecords } from "./list-records.ts"
import { makePasswords } from "./passwords.ts"
import { pause } from "./pause.ts"
import { podLogs } from "./pod-logs.ts"
import { asProblem, troubleInWords } from "./problems.ts"
import { findMissingRights, isNeeded, type MissingRight, sentenceOf, tableOf } from "./rights.ts"
import { rightsAtHome, shippedRights } from "./rights-table.ts"
import { makeSandboxStore } from "./sandbox-store.ts"
import { makeSightings, type Sightings } from "./sightings.ts"
import { makeTransport } from "./transport.ts"
import { makePodUsage } from "./usage.ts"
import { makeWatchedNamespaces } from "./watched-namespaces.ts"

export type KubernetesDriverOptions = {
  /** Derived from the installation's key: the replicas share it. It seals what stands in the objects. */
  key: Uint8Array
  log: Log
  env: Readonly<Record<string, string | undefined>>
  /** Asked again and again: templates are reloaded, and their namespaces are watched. */
  templates: () => readonly Template[]
  /** A kubeconfig file and a context in it; without them the pod's own account, or $KUBECONFIG. */
  kubeconfig?: string
  context?: string
  clusterDomain?: string
  credentials?: CredentialSource
  fetch?: typeof globalThis.fetch
  now?: () => number
}

const capabilities: Capabilities = {
  isolation: { is: "pod", sentence: "Runs in a pod of its own, without rights in the cluster." },
  localDirectories: false,
  steps: ["queued", "volume", "scheduled", "pulling", "cloning", "starting", "ready"],
  limits: { cpu: true, memory: true, storage: true },
}

const tickMs = 5_000
const rightsMs = 5 * 60_000
/** An operator who has just given one wants to see that it counts. */
const missingRightsMs = 20_000
const retryMs = 2_000
const logLookMs = 2_000

export function makeKubernetesDriver(options: KubernetesDriverOptions): Driver {
  const { key, log, templates, env, now = Date.now, clusterDomain = "cluster.local" } = options
  const { kubeconfig: file, context } = options
  const load = () =>
    loadKubeConfig({
      env,
      ...(file === undefined ? {} : { file }),
      ...(context === undefined ? {} : { context }),
    })
  const credentials = options.credentials ?? makeCredentialSource(load)
  const transport = makeTransport(credentials, options.fetch ? { fetch: options.fetch } : {})
  const api = makeClusterApi(transport)
  const closing = new AbortController()
  const { signal } = closing
  const ending: Promise<unknown>[] = []
  let home = "default"
  let missing: readonly MissingRight[] = []
  let startTrouble: unknown

  const passwords = makePasswords({
    api,
    onKnown: (id) => sightings.look(id),
    onError: (err, id) => log.warn({ err, id }, "the password of a sandbox cannot be read; trying again"),
  })
  const store = makeSandboxStore({ transport, key, log, signal, onChange: (id) => sightings.look(id) })
  const usage = makePodUsage({
    transport,
    scopes: store.namespaces,
    pods: upPods,
    onChange: (id) => sightings.look(id),
    log,
    signal,
    now,
  })
  const sightings: Sightings = makeSightings({ store, passwords, usage, now, clusterDomain })
  const namespaces = makeWatchedNamespaces({ api, store, templates, log, home: () => home })
  const lifecycle = makeLifecycle({ api, store, key, now, openNamespace: namespaces.enter })

  function* upPods() {
    for (const [id, { up }] of sightings.seen) {
      const pod = up ? store.parts(id)?.pod : undefined
      if (pod) yield [id, pod] as const
    }
  }

  const watchedNamespaces = () => store.namespaces().filter((namespace) => namespace !== "")

  async function checkRights(): Promise<void> {
    const found = await Promise.all([
      ...watchedNamespaces().map((namespace) => findMissingRights(api, namespace, shippedRights)),
      findMissingRights(api, home, rightsAtHome),
    ])
    const before = tableOf(missing)
    missing = found.flat()
    const table = tableOf(missing)
    if (missing.length === 0 || table === before) return
    if (missing.some(isNeeded)) log.error(`Sandbar lacks rights that it needs to make sandboxes:\n${table}`)
    else log.info(`Sandbar lacks rights that it can do without:\n${table}`)
  }

  async function begin(): Promise<void> {
    home = (await credentials.get()).namespace
    await namespaces.open()
    await checkRights()
    startTrouble = undefined
  }

  async function keepGoing(): Promise<void> {
    for (let lookedAt = now(); !signal.aborted; ) {
      await pause(tickMs, signal)
      if (signal.aborted) return
      sightings.tick()
      try {
        await namespaces.open()
        if (now() - lookedAt < (missing.some(isNeeded) ? missingRightsMs : rightsMs)) continue
        lookedAt = now()
        await checkRights()
      } catch (err) {
        log.debug({ err }, "the namespaces of sandboxes cannot be looked at")
      }
    }
  }

  async function start(): Promise<void> {
    while (!signal.aborted) {
      try {
        return await begin()
      } catch (err) {
        if (startTrouble === undefined)
          log.error(
            err instanceof Problem ? { reason: err.detail } : { err },
            "the cluster cannot be asked for sandboxes; trying again",
          )
        startTrouble = err
        await pause(retryMs, signal)
      }
    }
  }

  const ready = start()
  ending.push(ready.then(keepGoing), ready.then(usage.follow))

  async function list(owner: string): Promise<readonly SandboxRecord[]> {
    const records = await listRecords({ api, key, namespaces: store.namespaces() }).catch(
      (error: unknown) => {
        throw asProblem(error, "")
      },
    )
    return records.filter((record) => record.owner === owner)
  }

  /** Fulfilled with the next change of a sandbox, after a moment, or with the signal. */
  async function changeOf(id: string, until: AbortSignal): Promise<void> {
    const waiting = new AbortController()
    const unwatch = sightings.watch((changed) => changed === id && waiting.abort())
    await pause(logLookMs, AbortSignal.any([until, waiting.signal]))
    unwatch()
  }

  return {
    name: "kubernetes",
    capabilities,
    unavailable: () =>
      sentenceOf(missing, watchedNamespaces()) ?? troubleInWords(startTrouble ?? store.trouble()),
    ready,
    seen: sightings.seen,
    watch: sightings.watch,
    endpoint: sightings.endpoint,
    list,
    ...lifecycle,
    logs: (id, { tail, follow, signal: wanted }) => {
      const namespace = store.placeOf(id)
      const until = AbortSignal.any([wanted, signal])
      const changed = () => changeOf(id, until)
      return podLogs({ transport, namespace: namespace ?? home, id, tail, follow, signal: until, changed })
    },
    lead: (lead) => {
      const identity = `${env.HOSTNAME ?? "sandbar"}-${randomBytes(6).toString("hex")}`
      const onError = (err: unknown) => log.warn({ err }, "leading, or the election of who leads, went wrong")
      const tidy = (until: AbortSignal) =>
        finishCancelled({ api, store, key, seen: sightings.seen, log }, until)
      const both = async (until: AbortSignal) => void (await Promise.all([lead(until), tidy(until)]))
      const run = () => runForLeader({ api, namespace: home, identity, lead: both, onError, signal, now })
      ending.push(ready.then(run))
    },
    close: async () => {
      closing.abort()
      await Promise.allSettled(ending)
    },
  }
}
