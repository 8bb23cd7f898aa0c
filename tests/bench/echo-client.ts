// A WebSocket to the target's echo. Browsers cannot send headers with one, so Sandbar takes a ticket for it.
import { targetHeader } from "../../shared/paths.ts"
import type { Place } from "./columns.ts"

export async function openEcho(place: Place): Promise<Bun.WebSocket> {
  const options = { headers: { Origin: `http://127.0.0.1:${place.port}` }, perMessageDeflate: false }
  const url = `ws://127.0.0.1:${place.port}${await echoPath(place)}`
  // The types of the browser's WebSocket, which takes no headers, hide those of Bun's.
  const socket = new WebSocket(url, options as never) as unknown as Bun.WebSocket
  const ready = Promise.withResolvers<void>()
  socket.onopen = () => ready.resolve()
  const fail = () => ready.reject(new Error("a WebSocket did not open"))
  socket.onerror = fail
  socket.onclose = fail
  await ready.promise
  return socket
}

export async function closeEcho(socket: Bun.WebSocket): Promise<void> {
  const closed = Promise.withResolvers<void>()
  socket.onmessage = null
  socket.onclose = () => closed.resolve()
  socket.close()
  await closed.promise
}

async function echoPath({ port, path, headers }: Place): Promise<string> {
  const target = headers[targetHeader]
  if (target === undefined) return "/echo"
  const answer = await fetch(`http://127.0.0.1:${port}${path("/ticket")}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ path: "/echo" }),
    // What this client keeps open would look as if the proxy had kept it.
    keepalive: false,
  })
  if (!answer.ok) throw new Error(`no ticket: ${answer.status}`)
  const { ticket } = (await answer.json()) as { ticket: string }
  return `${path("/echo")}?${new URLSearchParams({ target, ticket })}`
}
