// A driver without processes and without a cluster: its truth is a store that outlives it, as files and objects do, and
// several drivers may share one, as replicas do. Starts go as far as the test says.

import type { Driver, Endpoint, Observation, SandboxRecord } from "../../proxy/sandboxes/driver.ts"
import { unknownSandbox } from "../../proxy/sandboxes/refusals.ts"
import type { Step } from "../../shared/sandboxes.ts"

export type MemoryStore = {
  readonly sandboxes: Map<string, Observation>
  readonly endpoints: Map<string, Endpoint>
  readonly logs: Map<string, string[]>
  readonly listeners: Set<(id: string) => void>
  /** Whoever leads, and those who wait. */
  readonly leaders: (() => void)[]
  versions: number
}

export const makeMemoryStore = (): MemoryStore => ({
  sandboxes: new Map(),
  endpoints: new Map(),
  logs: new Map(),
  listeners: new Set(),
  leaders: [],
  versions: 0,
})

export type MemoryDriverOptions = {
  store?: MemoryStore
  now?: () => number
  name?: Driver["name"]
  /** Where a started sandbox listens; undefined: starts stay where they are until `advance`. */
  endpointOf?: (record: SandboxRecord) => Endpoint | undefined
  /** Runs before each call; may reject, or wait. */
  before?: (call: string, id: string) => Promise<void> | void
  unavailable?: () => string | undefined
  /** When everything counts as seen. */
  ready?: Promise<void>
}

export type MemoryDriver = Driver & {
  readonly store: MemoryStore
  readonly calls: string[]
  /** Changes what is seen, as the world does behind our back. */
  observe: (id: string, change: Partial<Observation>) => void
  /** It listens from now on. */
  up: (id: string, endpoint?: Endpoint) => void
  /** Gone without anybody having asked for it. */
  vanish: (id: string) => void
  log: (id: string, line: string) => void
}

const steps: readonly Step[] = ["queued", "cloning", "starting", "ready"]
export const memoryEndpoint: Endpoint = { origin: "http://127.0.0.1:9", authorization: "Basic bWVtb3J5" }

export function makeMemoryDriver(options: MemoryDriverOptions = {}): MemoryDriver {
  const { store = makeMemoryStore(), now = Date.now, name = "process", before, endpointOf } = options
  const { sandboxes, endpoints, logs, listeners, leaders } = store
  const calls: string[] = []
  const mine = new Set<(id: string) => void>()
  const leading = new AbortController()
  const ours: (() => void)[] = []

  const begin = async (call: string, id: string) => {
    calls.push(`${call} ${id}`)
    await before?.(call, id)
  }

  function put(id: string, observation: Observation): void {
    sandboxes.set(id, observation)
    for (const listener of [...listeners]) listener(id)
  }

  function observe(id: string, change: Partial<Observation>): void {
    const observation = sandboxes.get(id)
    if (!observation) throw new Error(`There is no ${id}.`)
    put(id, { ...observation, ...change })
  }

  const version = () => String(++store.versions)

  function start(record: SandboxRecord, earlier: Partial<Observation> = {}): void {
    const { failure: _, usage: __, keptSince: ___, dataBytes: ____, ...kept } = earlier
    logs.set(record.id, [...(logs.get(record.id) ?? []), "starting"])
    put(record.id, {
      keepAwakeUntil: null,
      isFresh: true,
      ...kept,
      record,
      wanted: "running",
      up: false,
      leaving: false,
      step: "queued",
      entered: { queued: now() },
      intentAt: Math.max(kept.intentAt ?? 0, now()),
      startedAt: now(),
      version: version(),
    })
    const endpoint = endpointOf?.(record)
    if (endpoint) up(record.id, endpoint)
  }

  function up(id: string, endpoint = memoryEndpoint): void {
    endpoints.set(id, endpoint)
    const { entered } = sandboxes.get(id) ?? { entered: {} }
    observe(id, { up: true, step: "ready", entered: { ...entered, ready: now() } })
  }

  function require(id: string): Observation {
    const observation = sandboxes.get(id)
    if (observation && observation.wanted !== "data") return observation
    throw unknownSandbox()
  }

  function stopped(observation: Observation, wanted: "stopped" | "data"): Observation {
    const { startedAt: _, failure: __, ...rest } = observation
    endpoints.delete(observation.record.id)
    return { ...rest, wanted, up: false, leaving: false, step: "queued", entered: {}, version: version() }
  }

  return {
    name,
    store,
    calls,
    observe,
    up,
    vanish(id) {
      endpoints.delete(id)
      sandboxes.delete(id)
      for (const listener of [...listeners]) listener(id)
    },
    log: (id, line) => {
      logs.get(id)?.push(line)
      for (const listener of [...listeners]) listener(id)
    },
    capabilities: {
      isolation: { is: "none", sentence: "Nothing runs here." },
      localDirectories: true,
      steps,
    },
    unavailable: () => options.unavailable?.(),
    ready: options.ready ?? Promise.resolve(),
    seen: sandboxes,
    watch(onChange) {
      mine.add(onChange)
      listeners.add(onChange)
      return () => void listeners.delete(onChange)
    },
    async list(owner) {
      await begin("list", owner)
      return [...sandboxes.values()]
        .filter(
          ({ record, wanted }) => record.owner === owner && (wanted === "running" || wanted === "stopped"),
        )
        .map(({ record }) => record)
    },
    async ensure(record) {
      await begin("ensure", record.id)
      const earlier = sandboxes.get(record.id)
      if (!earlier || earlier.wanted === "data") start(record, earlier)
    },
    async wake(id) {
      await begin("wake", id)
      const observation = require(id)
      endpoints.delete(id)
      start(observation.record, observation)
    },
    async stop(id, { ifVersion } = {}) {
      const known = require(id)
      await begin("stop", id)
      const observation = require(id)
      if (ifVersion !== undefined && observation.version !== ifVersion) return "changed"
      if (known.wanted === "running") put(id, stopped(observation, "stopped"))
      return "stopped"
    },
    async delete(id, { data, ifFresh }) {
      await begin("delete", id)
      const observation = sandboxes.get(id)
      if (!observation) return "deleted"
      if (ifFresh && !observation.isFresh) return "used"
      if (data === "keep") {
        if (observation.wanted !== "data")
          put(id, { ...stopped(observation, "data"), isFresh: false, keptSince: now() })
        return "deleted"
      }
      endpoints.delete(id)
      logs.delete(id)
      sandboxes.delete(id)
      for (const listener of [...listeners]) listener(id)
      return "deleted"
    },
    async change(id, change) {
      await begin("change", id)
      const observation = sandboxes.get(id)
      if (!observation) return
      const { name: called = observation.record.name, keepAwakeUntil = observation.keepAwakeUntil } = change
      put(id, { ...observation, record: { ...observation.record, name: called }, keepAwakeUntil })
    },
    async noteIntent(id, at) {
      await begin("noteIntent", id)
      const observation = sandboxes.get(id)
      if (observation && at > observation.intentAt) put(id, { ...observation, intentAt: at })
    },
    async noteUsed(id) {
      await begin("noteUsed", id)
      const observation = sandboxes.get(id)
      if (!observation) throw unknownSandbox()
      if (observation.isFresh) put(id, { ...observation, isFresh: false })
    },
    endpoint: (id) => (sandboxes.get(id)?.wanted === "running" ? endpoints.get(id) : undefined),
    async *logs(id, { tail, follow, signal }) {
      let told = Math.max(0, (logs.get(id)?.length ?? 0) - tail)
      for (;;) {
        const lines = logs.get(id) ?? []
        while (told < lines.length && !signal.aborted) yield lines[told++] ?? ""
        if (!follow || signal.aborted) return
        await changeOf(listeners, signal)
      }
    },
    lead(lead) {
      const run = () => void lead(leading.signal)
      ours.push(run)
      leaders.push(run)
      if (leaders[0] === run) run()
    },
    async close() {
      for (const listener of mine) listeners.delete(listener)
      leading.abort()
      const led = ours.includes(leaders[0] ?? (() => undefined))
      const others = leaders.filter((run) => !ours.includes(run))
      leaders.splice(0, leaders.length, ...others)
      if (led) leaders[0]?.()
    },
  }
}

/** The next change of anything, or the signal. */
function changeOf(listeners: MemoryStore["listeners"], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      listeners.delete(end)
      signal.removeEventListener("abort", end)
      resolve()
    }
    listeners.add(end)
    signal.addEventListener("abort", end, { once: true })
  })
}
