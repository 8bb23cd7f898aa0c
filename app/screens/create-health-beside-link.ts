import { createEffect, createMemo, on, onCleanup } from "solid-js"
import type { LinkState } from "../connection/connection.ts"
import { useConnection } from "../connection/connection-context.tsx"
import { useServers } from "../servers/server-context.tsx"

const firstAgainMs = 5_000
const longestAgainMs = 60_000

/** The link and the health poll tell each other what they see, so that the header never contradicts itself. */
export function createHealthBesideLink(): void {
  const servers = useServers()
  const { server, link } = useConnection()
  // Each tells the other only when it changes its mind: told at every look, they would ask in circles for as long as
  // one of them is refused.
  const kind = createMemo(() => servers.health(server.id).kind)
  const outcome = createMemo<Outcome>((before) => outcomeOf(link.state()) ?? before ?? "trouble")
  createEffect(
    on(
      kind,
      (now) => {
        const live = link.state() === "live"
        // The poll is the first to see a server come back; a link that waits out its backoff need not.
        if (now === "healthy" && !live) link.retryNow()
        // A look that began before the link stood, and failed only now, is out of date.
        if (now !== "healthy" && now !== "checking" && live) servers.probeNow(server.id)
      },
      { defer: true },
    ),
  )
  // The link is the first to see it go, come back, or shut the door. That all is well is no news to either.
  createEffect(
    on(outcome, (now) => (now !== "live" || kind() !== "healthy") && servers.probeNow(server.id), {
      defer: true,
    }),
  )
  // A gateway that refused for a moment, and only us, is asked again: the poll says that all is well.
  let refusals = 0
  createEffect(() => {
    if (link.state() === "live") refusals = 0
    if (link.state() !== "refused" || kind() !== "healthy") return
    const timer = setTimeout(link.retryNow, Math.min(firstAgainMs * 2 ** refusals++, longestAgainMs))
    onCleanup(() => clearTimeout(timer))
  })
  // Others may stand before it in the first round; this one is on the screen.
  if (kind() === "checking") servers.probeNow(server.id)
}

type Outcome = "live" | "refused" | "trouble"

/** Undefined while nobody knows: connecting again is not another outcome. */
function outcomeOf(state: LinkState): Outcome | undefined {
  if (state === "connecting") return undefined
  return state === "live" || state === "refused" ? state : "trouble"
}
