import { type Accessor, createEffect, createSignal, onCleanup } from "solid-js"
import { type ProbeTarget, probe as probeServer } from "./probe.ts"
import { type ServerHealth, withoutFirstLatency } from "./server-health.ts"

/** Long enough to type the next letter. */
const pauseMs = 400

export type TypedProbe = Accessor<ServerHealth | undefined> & {
  /** Probes once more what stands there. */
  again: () => void
}

/**
 * Probes what is being typed, after a pause; a newer target ends the older probe. Undefined while there is
 * nothing to probe.
 */
export function createTypedProbe(
  target: Accessor<ProbeTarget | undefined>,
  probe: typeof probeServer = probeServer,
): TypedProbe {
  const [health, setHealth] = createSignal<ServerHealth>()
  const [again, ask] = createSignal(0)
  let last: { target: ProbeTarget; health: ServerHealth } | undefined
  createEffect(() => {
    again()
    const now = target()
    setHealth(now && { kind: "checking" })
    if (!now) return
    const abort = new AbortController()
    const run = async () => {
      try {
        const result = await probe(now, { signal: abort.signal })
        if (abort.signal.aborted) return
        setHealth(withoutFirstLatency(result, last?.target === now ? last.health : undefined))
        last = { target: now, health: result }
      } catch (error) {
        if (!abort.signal.aborted) throw error
      }
    }
    const timer = setTimeout(run, pauseMs)
    onCleanup(() => {
      clearTimeout(timer)
      abort.abort()
    })
  })
  return Object.assign(health, { again: () => void ask((count) => count + 1) })
}
