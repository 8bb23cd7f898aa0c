import { createMemo, onCleanup } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import { useServers } from "../servers/server-context.tsx"
import { isLocked } from "../servers/server-health.ts"
import { createShut } from "./create-shut.ts"

/**
 * What another password of the same user had shown stands there until the server has answered this one. When the answer is a
 * refusal, it belongs to somebody else: the next password does not bring it back either.
 */
export function forgetWhenRefused(): void {
  const servers = useServers()
  const { server, link, lastKnown } = useConnection()
  const shut = createShut()
  const refused = createMemo<boolean>((was) => {
    // A sandbox asks for no password: one that sleeps has refused nobody.
    if (!shut() || servers.spawned?.row(server.id)) return false
    return was || link.state() === "refused" || isLocked(servers.health(server.id))
  }, false)
  // What is below goes first, and keeps what it had.
  onCleanup(() => refused() && lastKnown?.forget())
}
