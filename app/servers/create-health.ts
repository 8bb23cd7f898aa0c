import { type Accessor, createComputed, onCleanup } from "solid-js"
import { createStore } from "solid-js/store"
import { bareRecord } from "../base/bare-record.ts"
import { openHealthChannel } from "./health-channel.ts"
import { makeHealthPoller } from "./health-poller.ts"
import { probe as probeServer } from "./probe.ts"
import type { Server } from "./server.ts"
import type { Servers } from "./server-context.tsx"
import { type ServerHealth, withoutFirstLatency } from "./server-health.ts"

/** Health of every server, also of the hidden ones: a link may show one. */
export function createHealth(
  servers: Accessor<Server[]>,
  probe: typeof probeServer = probeServer,
): Pick<Servers, "health" | "probeNow"> {
  const [state, setState] = createStore<Record<string, ServerHealth>>(bareRecord())
  // Without locks (plain http on another host's name) nobody can say who looks for all, so each tab does.
  const tabs = "locks" in navigator ? { locks: navigator.locks, channel: openHealthChannel() } : undefined
  const poller = makeHealthPoller({
    tabs,
    probe: (server, signal) => probe(server, { signal }),
    report: (id, health) => setState({ [id]: withoutFirstLatency(health, state[id]) }),
  })
  onCleanup(poller.stop)
  createComputed(() => poller.watch(servers()))
  return { health: (id) => state[id] ?? { kind: "checking" }, probeNow: poller.probeNow }
}
