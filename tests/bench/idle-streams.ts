// Thousands of event streams in which nothing happens: what a morning's worth of open tabs looks like.
import type { Place } from "./columns.ts"
import { type Connection, openConnection } from "./connection.ts"
import { refusalIn, requestText } from "./request-text.ts"

const atOnce = 100

/** Each one has had its first event. */
export async function openIdleStreams(place: Place, count: number): Promise<{ close: () => Promise<void> }> {
  const open: Connection[] = []
  while (open.length < count) {
    const some = Array.from({ length: Math.min(atOnce, count - open.length) }, () => openOne(place))
    open.push(...(await Promise.all(some)))
  }
  return {
    async close() {
      for (const connection of open) connection.close()
      await Promise.all(open.map((connection) => connection.closed))
    },
  }
}

async function openOne(place: Place): Promise<Connection> {
  const first = Promise.withResolvers<void>()
  const connection = await openConnection(place.port, {
    onHead(head) {
      const refusal = refusalIn(head)
      if (refusal) first.reject(refusal)
    },
    onBody: () => first.resolve(),
  })
  connection.write(requestText(place, "GET", "/events?every=0", { Accept: "text/event-stream" }))
  const closed = connection.closed.then(() =>
    Promise.reject(new Error("a stream was closed before its first event")),
  )
  await Promise.race([first.promise, closed])
  return connection
}
