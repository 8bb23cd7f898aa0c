// Client and link of one server; both end with the owner.
import type { Server } from "../servers/server.ts"
import { answer, type Fetch, makeClient, makeServerFetch } from "./client.ts"
import type { Connection } from "./connection.ts"
import { createLink, type LinkOptions } from "./link.ts"

export type ConnectionOptions = Omit<LinkOptions, "open" | "locate"> & { fetch?: Fetch }

export function createConnection(server: Server, options: ConnectionOptions = {}): Connection {
  const serverFetch = makeServerFetch(server, options.fetch)
  const client = makeClient(serverFetch)
  const link = createLink({
    ...options,
    open: (signal) =>
      serverFetch("global/event", { signal, headers: { accept: "text/event-stream" }, cache: "no-store" }),
    locate: async (signal) => (await answer(client.path.get({}, { signal }))).directory,
  })
  return { server, client, link }
}
