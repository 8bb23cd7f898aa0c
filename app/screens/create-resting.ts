import type { SandboxState } from "../../shared/sandboxes.ts"
import { useConnection } from "../connection/connection-context.tsx"
import { useSandboxes } from "../sandboxes/sandboxes-context.ts"

/**
 * The state of the open sandbox while it does not answer. The list knows it before the link does: that one stays live
 * until the last connection has ended, and is refused until somebody wakes it.
 */
export function createResting(): () => SandboxState | undefined {
  const sandboxes = useSandboxes()
  const { server, link } = useConnection()
  return () => {
    const state = sandboxes?.find(server.id)?.state
    switch (state) {
      case undefined:
      case "ready":
        return undefined
      case "starting":
      case "failed":
        // A stream that goes on is better news than a list of some seconds ago.
        return link.state() === "live" ? undefined : state
      default:
        return sandboxes?.isWaking(server.id) ? "starting" : state
    }
  }
}
