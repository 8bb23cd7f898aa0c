// Servers that we run ourselves. The browser names them by a fixed origin; the port and the password change
// with every restart and stay here.
import { Problem } from "../../shared/problems.ts"
import type { Route } from "../forward/exchange.ts"

export type ManagedState =
  | { is: "ready"; port: number; authorization: string }
  | { is: "starting" }
  | { is: "failed"; reason: string }

/** By the origin that the browser uses. */
export type ManagedServers = ReadonlyMap<string, () => ManagedState>

/** Undefined for a server that is not ours. Throws a Problem for one of ours that is not ready. */
export function managedTarget(origin: string, servers: ManagedServers): Route | undefined {
  const state = servers.get(origin)?.()
  if (state === undefined) return undefined
  if (state.is === "starting")
    throw new Problem("local.starting", "The local OpenCode server is starting. Try again in a moment.", {
      retryAfter: 1,
    })
  if (state.is === "failed") throw new Problem("local.failed", state.reason, { retryAfter: 10 })
  const { port, authorization } = state
  const authority = `127.0.0.1:${port}`
  const target = {
    origin: `http://${authority}`,
    authority,
    scheme: "http" as const,
    host: "127.0.0.1",
    port,
  }
  return { target, name: "The local OpenCode server", address: "127.0.0.1", authorization }
}
