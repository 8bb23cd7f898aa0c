// Cross-site requests. The custom target header already forces a preflight that we never answer; these rules
// are the second wall, and the only one for requests that need no header of ours.
// Other pages behind the same gateway share our origin; no rule here can tell them apart.
import { Problem } from "../../shared/problems.ts"

/** Browsers set these and scripts cannot; a program that is not a browser sends none of them. */
export function requireSameOrigin(headers: Headers, ourHost: string): void {
  const site = headers.get("sec-fetch-site")
  if (site !== null && site !== "same-origin") throw crossSite()
  // A target's HTML must never become a document of our origin.
  if (["navigate", "no-cors"].includes(headers.get("sec-fetch-mode") ?? "")) throw crossSite()
  if (!["empty", "websocket"].includes(headers.get("sec-fetch-dest") ?? "empty")) throw crossSite()
  const origin = headers.get("origin")
  // Compared as a whole. Behind TLS that a gateway ends, we do not know our own scheme: both are ours.
  if (origin !== null && origin !== `https://${ourHost}` && origin !== `http://${ourHost}`) throw crossSite()
}

/** No preflight stands in front of a WebSocket, and every browser sends its page's origin along (RFC 6455 §10.2). */
export function requireOrigin(headers: Headers): void {
  if (headers.get("origin") === null) throw crossSite()
}

function crossSite(): Problem {
  return new Problem("request.cross-site", "Only pages of this installation may send requests here.")
}
