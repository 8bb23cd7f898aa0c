import { createMemo } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import { useServers } from "../servers/server-context.tsx"
import { isShut } from "../servers/server-health.ts"

/**
 * Whether there is nothing to show but why: the server refuses, and has done so since it was opened. What is
 * already on the screen stays there when it refuses later. A sandbox that sleeps or starts takes prompts, which wait
 * for it: its page is open, and stays so whatever becomes of the start.
 */
export function createShut(): () => boolean {
  const servers = useServers()
  const { server, link } = useConnection()
  const waits = () => ["stopped", "starting"].includes(servers.spawned?.health(server.id)?.kind ?? "")
  const opened = createMemo<boolean>((was) => was || link.state() === "live" || waits(), false)
  return createMemo<boolean>((was) => {
    if (opened()) return false
    // Trying again begins with another look, which must not bring the page up for a moment.
    const looking = link.state() === "connecting" || servers.health(server.id).kind === "checking"
    return link.state() === "refused" || isShut(servers.health(server.id)) || (was && looking)
  }, false)
}
