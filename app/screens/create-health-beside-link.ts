import { createEffect, on } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import { useServers } from "../servers/server-context.tsx"

/** The link and the health poll tell each other what they see, so that the header never contradicts itself. */
export function createHealthBesideLink(): void {
  const servers = useServers()
  const { server, link } = useConnection()
  // The poll is the first to see a server come back; a link that waits out its backoff need not.
  createEffect(
    on(
      () => servers.health(server.id).kind,
      (kind) => kind === "healthy" && link.state() !== "live" && link.retryNow(),
      { defer: true },
    ),
  )
  // The link is the first to see it go.
  createEffect(
    on(
      () => link.state() === "live",
      () => servers.probeNow(server.id),
      { defer: true },
    ),
  )
}
