// One replica at a time does what only one should: the one whose name stands in a Lease and is renewed there. Who reads
// the Lease judges by how long it has not changed on its own clock, so the clocks of two machines need not agree.

import { isStatus } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { managedBy } from "./names.ts"
import { microTime } from "./objects.ts"
import { pause } from "./pause.ts"
import type { Lease } from "./wire.ts"

export type LeaderOptions = {
  api: Pick<ClusterApi, "read" | "create" | "merge">
  namespace: string
  /** Told apart by it; new with every start of a process. */
  identity: string
  lead: (signal: AbortSignal) => Promise<void>
  onError: (error: unknown) => void
  /** Ends the election, and leading. */
  signal: AbortSignal
  now?: () => number
  sleep?: typeof pause
}

const leaseName = "sandbar-leader"
export const leaseMs = 15_000
const renewMs = 4_000
/** As long as this after the last renewal nobody else can have taken it. */
const safeMs = leaseMs - renewMs

type Timer = ReturnType<typeof setTimeout>

/** Fulfilled after the signal, when the Lease has been given back. */
export async function runForLeader(options: LeaderOptions): Promise<void> {
  const { api, namespace, identity, lead, onError, signal, now = Date.now, sleep = pause } = options
  const place = { resource: "leases", namespace, name: leaseName } as const
  let seen = { version: "", at: now() }
  let leading: { stop: AbortController; done: Promise<void>; renewedAt: number; timer?: Timer } | undefined

  function begin(at: number): void {
    const stop = new AbortController()
    const done = lead(stop.signal).catch(onError)
    leading = { stop, done, renewedAt: at }
  }

  function renewed(at: number): void {
    if (!leading) begin(at)
    if (!leading) return
    leading.renewedAt = at
    clearTimeout(leading.timer)
    // Also while a request hangs.
    leading.timer = setTimeout(end, safeMs)
  }

  async function end(): Promise<void> {
    const ending = leading
    leading = undefined
    clearTimeout(ending?.timer)
    ending?.stop.abort()
    await ending?.done
  }

  const spec = (holderIdentity: string, at: number) => ({
    holderIdentity,
    leaseDurationSeconds: leaseMs / 1_000,
    renewTime: microTime(at),
  })

  /** True when the Lease is ours now. */
  async function take(lease: Lease | undefined, at: number): Promise<boolean> {
    const holder = lease?.spec?.holderIdentity || undefined
    const version = lease?.metadata?.resourceVersion ?? ""
    if (version !== seen.version) seen = { version, at }
    const isFree = holder === undefined || holder === identity || at - seen.at > leaseMs
    if (!isFree) return false
    const body = { metadata: { name: leaseName, labels: managedBy }, spec: spec(identity, at) }
    if (!lease) await api.create("leases", namespace, body as Lease)
    else await api.merge(place, { metadata: { resourceVersion: version }, spec: spec(identity, at) })
    return true
  }

  async function round(): Promise<void> {
    const at = now()
    try {
      const lease = await api.read(place)
      if (await take(lease, at)) renewed(at)
      else await end()
    } catch (error) {
      // 409: another replica was faster.
      if (!isStatus(error, 409)) onError(error)
      const isSafe = !isStatus(error, 409) && leading !== undefined && now() - leading.renewedAt < safeMs
      if (!isSafe) await end()
    }
  }

  while (!signal.aborted) {
    await round()
    await sleep(renewMs * (0.8 + Math.random() / 2), signal)
  }
  const wasOurs = leading !== undefined
  await end()
  if (wasOurs) await api.merge(place, { spec: { holderIdentity: "" } }).catch(onError)
}
