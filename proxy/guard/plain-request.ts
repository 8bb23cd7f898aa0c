// Requests that Bun's parser lets through and that no route should have to think about.
import { Problem } from "../../shared/problems.ts"

/** The only ones that any route sees. */
export const methods: ReadonlySet<string> = new Set("GET HEAD POST PUT PATCH DELETE OPTIONS".split(" "))

/** All names and values together. Bun's own parser stops at four times as much, without a sentence (listen.ts). */
export const mostHeaderBytes = 16_384

export function requirePlainRequest(request: Request): void {
  requireShortHeaders(request.headers)
  // TRACE echoes credentials, CONNECT asks for a tunnel: neither has a place in front of a target.
  if (!methods.has(request.method))
    throw new Problem("request.method", `${request.method} requests are not served here.`)
  // Bun joins two Host headers with a comma and takes any text for one: two readers would see two hosts.
  // Without a host, or with one that no URL can hold (`1.2.3.4.5`), it gives a path in place of the URL
  // (RFC 9112 §3.2).
  const host = request.headers.get("host")
  const isHost = host === null || /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host)
  if (!isHost || !URL.canParse(request.url))
    throw new Problem("request.malformed", "The Host header has to name one host.")
}

function requireShortHeaders(headers: Headers): void {
  let bytes = 0
  headers.forEach((value, name) => {
    bytes += name.length + value.length
  })
  if (bytes <= mostHeaderBytes) return
  const detail = `The request's headers have ${bytes} bytes; at most ${mostHeaderBytes} are taken. Delete cookies of this site.`
  throw new Problem("request.headers-too-large", detail)
}
