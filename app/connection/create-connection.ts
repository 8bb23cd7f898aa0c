// Client and link of one server; both end with the owner.
import { browserLocks, type TabLocks } from "../base/tab-lock.ts"
import type { Server } from "../servers/server.ts"
import { answer, eventStream, type Fetch, makeClient, makeServerFetch } from "./client.ts"
import type { Connection } from "./connection.ts"
import { createLink, type LinkOptions } from "./link.ts"
import type { LinkShare } from "./shared-stream.ts"
import { linkRoom } from "./tab-message.ts"

export type ConnectionOptions = Omit<LinkOptions, "open" | "locate" | "share"> & {
  fetch?: Fetch
  /** How tabs agree on one; the browser's own unless given. */
  locks?: TabLocks | undefined
}

export function createConnection(server: Server, options: ConnectionOptions = {}): Connection {
  const serverFetch = makeServerFetch(server, options.fetch, options.clock)
  const client = makeClient(serverFetch)
  const { locks = browserLocks(), ...linkOptions } = options
  const link = createLink({
    ...linkOptions,
    share: shareOf(server, locks),
    open: (signal) =>
      serverFetch("global/event", { signal, headers: { accept: eventStream }, cache: "no-store" }),
    locate: async (signal) => (await answer(client.path.get({}, { signal }))).directory,
  })
  return { server, client, link }
}

function shareOf(server: Server, locks: TabLocks | undefined): LinkShare | undefined {
  // Locks, like crypto.randomUUID, exist only on https and on localhost.
  if (!locks || !("BroadcastChannel" in globalThis)) return undefined
  // A password that has no id cannot be told from another.
  if (server.password && !server.credentialId) return undefined
  return { room: linkRoom(server), locks, me: crypto.randomUUID() }
}
