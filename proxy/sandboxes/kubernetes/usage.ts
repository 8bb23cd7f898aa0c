// What the pods of sandboxes use, as the cluster's metrics API tells it (metrics.k8s.io, most often metrics-server). Not
// every cluster has one and not every operator lets us ask it: sandboxes are none the worse for that, so nothing here is
// ever an error.
import type { Usage } from "../../../shared/sandboxes.ts"
import type { Log } from "../../log.ts"
import { quantityOf } from "../templates/quantity.ts"
import { isStatus } from "./api-error.ts"
import { managedSelector, serverContainer } from "./names.ts"
import { pause } from "./pause.ts"
import type { Transport } from "./transport.ts"
import { keyOf } from "./watch-kind.ts"
import { type KubeObject, type Pod, timeOf } from "./wire.ts"

export type PodUsageOptions = {
  transport: Pick<Transport, "json">
  /** The namespaces that are watched; an empty name: all of them at once. */
  scopes: () => readonly string[]
  /** Of the sandboxes that are up, by their ids. */
  pods: () => Iterable<readonly [id: string, pod: Pod]>
  /** Told where a person would see a difference. */
  onChange: (id: string) => void
  log: Pick<Log, "debug">
  signal: AbortSignal
  now: () => number
  sleep?: typeof pause
}

export type PodUsage = {
  /** What it used at the last look; undefined for one that was not there yet, and where nobody measures. */
  of: (pod: Pod | undefined) => Usage | undefined
  /** Looks once a minute while anything is up, until the signal. */
  follow: () => Promise<void>
}

type Used = Pick<Usage, "cpu" | "memoryBytes">
/** PodMetrics of metrics.k8s.io/v1beta1. */
type Measured = KubeObject & {
  timestamp?: string
  containers?: readonly { name?: string; usage?: { cpu?: string; memory?: string } }[]
}

/** A metrics-server measures every 15 s to a minute. */
const lookMs = 60_000
/** So soon the first sandbox that comes up is looked at. */
const restMs = 2_000
/** A metrics API, or a right to it, does not come within minutes. */
const refusedMs = 10 * 60_000

export function makePodUsage(options: PodUsageOptions): PodUsage {
  const { transport, scopes, pods, onChange, log, signal, now, sleep = pause } = options
  /** By the uid of a pod: the next one of a sandbox has its name. */
  let known: ReadonlyMap<string, Used> = new Map()
  /** Until when a namespace is not asked. */
  const refused = new Map<string, number>()
  let absentUntil = 0

  /** Undefined where we may not. */
  async function ask(namespace: string): Promise<readonly Measured[] | undefined> {
    if (now() < (refused.get(namespace) ?? 0)) return undefined
    const place = namespace === "" ? "" : `/namespaces/${encodeURIComponent(namespace)}`
    const query = new URLSearchParams({ labelSelector: managedSelector })
    try {
      const path = `/apis/metrics.k8s.io/v1beta1${place}/pods?${query}`
      return (await transport.json<{ items?: Measured[] }>(path, { signal })).items ?? []
    } catch (error) {
      if (!isStatus(error, 403)) throw error
      refused.set(namespace, now() + refusedMs)
      return undefined
    }
  }

  async function askAll(namespaces: readonly string[]): Promise<readonly Measured[]> {
    if (now() < absentUntil) return []
    try {
      const everywhere = scopes().includes("") ? await ask("") : undefined
      if (everywhere) return everywhere
      const found: Measured[] = []
      for (const namespace of namespaces) found.push(...((await ask(namespace)) ?? []))
      return found
    } catch (err) {
      // No such API, or nobody behind it.
      if (isStatus(err, 404) || isStatus(err, 503)) absentUntil = now() + refusedMs
      log.debug({ err }, "the cluster does not say what sandboxes use")
      return []
    }
  }

  async function look(asked: readonly (readonly [string, Pod])[]): Promise<void> {
    const namespaces = new Set(asked.map(([, { metadata }]) => metadata?.namespace ?? ""))
    const measured = new Map((await askAll([...namespaces])).map((each) => [keyOf(each), each]))
    const before = known
    const after = new Map<string, Used>()
    const changed: string[] = []
    for (const [id, pod] of asked) {
      const uid = pod.metadata?.uid ?? ""
      const last = before.get(uid)
      const used = usedBy(pod, measured.get(keyOf(pod)))
      const told = used && last && !differs(last, used) ? last : used
      if (told) after.set(uid, told)
      if (told !== last) changed.push(id)
    }
    known = after
    for (const id of changed) onChange(id)
  }

  /** Whatever was answered, the next look may go better. */
  function forget(asked: readonly (readonly [string, Pod])[], err: unknown): void {
    log.debug({ err }, "what the cluster says of the use of sandboxes cannot be read")
    known = new Map()
    for (const [id] of asked) onChange(id)
  }

  return {
    of: (pod) => {
      const used = known.get(pod?.metadata?.uid ?? "")
      return used && { ...used, ...limitOf(pod) }
    },
    follow: async () => {
      while (!signal.aborted) {
        const asked = [...pods()]
        if (asked.length > 0) await look(asked).catch((err: unknown) => forget(asked, err))
        await sleep(asked.length > 0 ? lookMs : restMs, signal)
      }
    },
  }
}

/** Of OpenCode's own container: its limit is what ends it, and what an operator puts beside it is not the person's. */
function usedBy(pod: Pod, measured: Measured | undefined): Used | undefined {
  const made = timeOf(pod.metadata?.creationTimestamp) ?? 0
  // Still about the one before it, which had the same name.
  if ((timeOf(measured?.timestamp) ?? made) < made) return undefined
  const { usage } = measured?.containers?.find(({ name }) => name === serverContainer) ?? {}
  // It is measured to the billionth of a core.
  const cpu = Math.round(quantityOf(usage?.cpu ?? "") * 1_000) / 1_000
  const used = { cpu, memoryBytes: quantityOf(usage?.memory ?? "") }
  return Object.values(used).every((amount) => Number.isFinite(amount) && amount >= 0) ? used : undefined
}

function limitOf(pod: Pod | undefined): Pick<Usage, "memoryLimitBytes"> {
  const server = pod?.spec?.containers.find(({ name }) => name === serverContainer)
  const bytes = quantityOf(server?.resources?.limits?.memory ?? "")
  return Number.isNaN(bytes) ? {} : { memoryLimitBytes: bytes }
}

/** A server that does nothing still wavers a little; nobody is told that. */
function differs(before: Used, now: Used): boolean {
  const moved = (from: number, to: number, least: number) =>
    Math.abs(to - from) >= Math.max(least, from * 0.05)
  return moved(before.cpu, now.cpu, 0.05) || moved(before.memoryBytes, now.memoryBytes, 8 * 2 ** 20)
}
