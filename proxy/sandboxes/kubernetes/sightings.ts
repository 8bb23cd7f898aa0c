// What is seen of each sandbox, kept up to date with what the watches tell and with time itself: some things are a
// failure only once they have lasted.
import type { Driver, Endpoint, Observation } from "../driver.ts"
import { basicAuthorization, endpointOrigin } from "./endpoint.ts"
import { observe, type SandboxParts } from "./observe.ts"
import type { Passwords } from "./passwords.ts"
import type { SandboxStore } from "./sandbox-store.ts"
import type { PodUsage } from "./usage.ts"

export type SightingsOptions = {
  store: SandboxStore
  passwords: Passwords
  usage: Pick<PodUsage, "of">
  now: () => number
  clusterDomain: string
}

export type Sightings = Pick<Driver, "seen" | "watch" | "endpoint"> & {
  look: (id: string) => void
  /** Looks again at what may have become a failure meanwhile. */
  tick: () => void
}

export function makeSightings({ store, passwords, usage, now, clusterDomain }: SightingsOptions): Sightings {
  const seen = new Map<string, Observation>()
  const listeners = new Set<(id: string) => void>()
  const lostSince = new Map<string, number>()

  /** Kubernetes does not say since when a claim has lost its volume. */
  function withLostSince(parts: SandboxParts): SandboxParts {
    if (parts.claim?.status?.phase !== "Lost") {
      lostSince.delete(parts.id)
      return parts
    }
    const since = lostSince.get(parts.id) ?? now()
    lostSince.set(parts.id, since)
    return { ...parts, lostSince: since }
  }

  function sight(id: string): Observation | undefined {
    const parts = store.parts(id)
    if (!parts) return undefined
    const stored = store.record(id)
    const remains = parts.pod !== undefined || parts.statefulSet !== undefined || parts.claim !== undefined
    // Its record went with its volume; what still ends is told under the last one.
    const record = stored ?? (remains ? seen.get(id)?.record : undefined)
    if (!record) return undefined
    const observation = observe(withLostSince(parts), record, now())
    if (observation.wanted !== "running") {
      passwords.forget(id)
      return observation
    }
    if (!observation.up) store.watchEvents(parts.namespace, now())
    const known = observation.up ? withPassword(id, observation) : observation
    const used = known.up ? usage.of(parts.pod) : undefined
    return used ? { ...known, usage: used } : known
  }

  /** Nothing can be sent there without it, so it is not up before it is known. */
  function withPassword(id: string, observation: Observation): Observation {
    const parts = store.parts(id)
    const owner = parts?.statefulSet?.metadata?.uid ?? ""
    if (passwords.get(id, owner) !== undefined) return observation
    passwords.ask(id, parts?.namespace ?? "", owner)
    return { ...observation, up: false }
  }

  function look(id: string): void {
    const before = seen.get(id)
    const after = sight(id)
    if (after) seen.set(id, after)
    else {
      seen.delete(id)
      passwords.forget(id)
      lostSince.delete(id)
      store.leave(id)
    }
    if (JSON.stringify(before) === JSON.stringify(after)) {
      if (before) seen.set(id, before)
      return
    }
    for (const tell of [...listeners]) tell(id)
  }

  function endpoint(id: string): Endpoint | undefined {
    const observation = seen.get(id)
    const parts = store.parts(id)
    if (!parts || observation?.wanted !== "running" || !observation.up) return undefined
    const password = passwords.get(id, parts.statefulSet?.metadata?.uid ?? "")
    if (password === undefined) return undefined
    const origin = endpointOrigin(id, parts.namespace, clusterDomain)
    return { origin, authorization: basicAuthorization(password) }
  }

  return {
    seen,
    look,
    endpoint,
    tick: () => {
      for (const [id, { wanted, up, leaving }] of [...seen])
        if ((wanted === "running" && !up) || leaving) look(id)
      store.endEvents(now())
    },
    watch: (onChange) => {
      listeners.add(onChange)
      return () => void listeners.delete(onChange)
    },
  }
}
