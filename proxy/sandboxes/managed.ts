// Servers that we run ourselves: the embedded one and the sandboxes. The browser names them by fixed origins; where
// they listen and their passwords stay here. Whose sandbox it is is asked for every single request.
import { Problem } from "../../shared/problems.ts"
import { localServerUrl, sandboxOfServerUrl } from "../../shared/servers.ts"
import type { Route } from "../forward/exchange.ts"

export type ManagedState =
  | { is: "ready"; port: number; authorization: string }
  | { is: "starting" }
  | { is: "failed"; reason: string }

/** Who wants to reach a server: a person, or Sandbar itself with a question of its own. */
export type Asker = { readonly user: string | null } | "ourselves"

export type ManagedServers = {
  /** True for every origin that is ours to answer for, also where nothing of that name exists. */
  has: (origin: string) => boolean
  /** Rejects with a Problem where it is not ready, does not exist, or belongs to somebody else. */
  route: (origin: string, asker: Asker) => Promise<Route>
  /** Those that may work although nobody has used them through us. */
  names: () => string[]
}

export type ManagedParts = {
  /** The embedded server, where there is one. */
  local?: () => ManagedState
  sandboxes?: {
    route: (id: string, asker: Asker) => Promise<Route>
    /** Origins of the sandboxes that stop when we stop. */
    names: () => string[]
  }
}

export function makeManagedServers({ local, sandboxes }: ManagedParts): ManagedServers {
  const sandboxOf = (origin: string) => (sandboxes ? sandboxOfServerUrl(origin) : undefined)
  return {
    has: (origin) => (local !== undefined && origin === localServerUrl) || sandboxOf(origin) !== undefined,
    async route(origin, asker) {
      const id = sandboxOf(origin)
      if (id !== undefined && sandboxes) return sandboxes.route(id, asker)
      if (origin === localServerUrl && local) return localRoute(local())
      throw new Error(`${origin} is not one of our servers`)
    },
    names: () => [...(local ? [localServerUrl] : []), ...(sandboxes?.names() ?? [])],
  }
}

function localRoute(state: ManagedState): Route {
  if (state.is === "starting")
    throw new Problem("local.starting", "The local OpenCode server is starting. Try again in a moment.", {
      retryAfter: 1,
    })
  if (state.is === "failed") throw new Problem("local.failed", state.reason, { retryAfter: 10 })
  const { port, authorization } = state
  return loopbackRoute(port, "The local OpenCode server", authorization)
}

/** Something of ours on this machine: dialled directly, for no name and no policy stands before it. */
export function loopbackRoute(port: number, name: string, authorization: string): Route {
  const authority = `127.0.0.1:${port}`
  const target = {
    origin: `http://${authority}`,
    authority,
    scheme: "http" as const,
    host: "127.0.0.1",
    port,
  }
  return { target, name, address: "127.0.0.1", authorization }
}
