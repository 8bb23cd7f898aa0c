import { createEffect, createMemo, on } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import { useServers } from "../servers/server-context.tsx"

/** The link and the health poll tell each other what they see, so that the header never contradicts itself. */
export function createHealthBesideLink(): void {
  const servers = useServers()
  const { server, link } = useConnection()
  // Each tells the other only when it changes its mind: told at every look, they would ask in circles for as long as
  // one of them is refused.
  const kind = createMemo(() => servers.health(server.id).kind)
  const isLive = createMemo(() => link.state() === "live")
  // The poll is the first to see a server come back; a link that waits out its backoff need not.
  createEffect(
    on(kind, (now) => now === "healthy" && link.state() !== "live" && link.retryNow(), { defer: true }),
  )
  // The link is the first to see it go.
  createEffect(on(isLive, () => servers.probeNow(server.id), { defer: true }))
}
