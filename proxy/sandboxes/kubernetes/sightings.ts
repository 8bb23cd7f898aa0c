// What is seen of each sandbox, kept up to date with what the watches tell and with time itself: some things are a
// failure only once they have lasted.
import type { Driver, Endpoint, Observation } from "../driver.ts"
import { basicAuthorization, endpointOrigin } from "./endpoint.ts"
import { observe } from "./observe.ts"
import type { Passwords } from "./passwords.ts"
import type { SandboxStore } from "./sandbox-store.ts"

export type SightingsOptions = {
  store: SandboxStore
  passwords: Passwords
  now: () => number
  clusterDomain: string
}

export type Sightings = Pick<Driver, "seen" | "watch" | "endpoint"> & {
  look: (id: string) => void
  /** Looks again at what may have become a failure meanwhile. */
  tick: () => void
}

export function makeSightings({ store, passwords, now, clusterDomain }: SightingsOptions): Sightings {
  const seen = new Map<string, Observation>()
  const listeners = new Set<(id: string) => void>()

  function sight(id: string): Observation | undefined {
    const parts = store.parts(id)
    if (!parts) return undefined
    const known = store.record(id)
    const remains = parts.pod !== undefined || parts.statefulSet !== undefined || parts.claim !== undefined
    // Its record went with its volume; what still ends is told under the last one.
    const record = known ?? (remains ? seen.get(id)?.record : undefined)
    if (!record) return undefined
    const observation = observe(parts, record, now())
    if (observation.wanted !== "running") {
      passwords.forget(id)
      return observation
    }
    if (!observation.up) store.watchEvents(parts.namespace, now())
    return observation.up ? withPassword(id, observation) : observation
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
