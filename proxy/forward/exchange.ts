// One request on its way to a target: what HTTP and WebSockets have in common.
import { Problem } from "../../shared/problems.ts"
import { requestPasses } from "./headers.ts"
import type { Target } from "./target.ts"

/** How an exchange reaches its server. */
export type Route = {
  target: Omit<Target, "rule">
  /** What a person calls the target, at the beginning of a sentence. */
  name: string
  /** The checked address; what is dialled instead of the name. */
  address: string
  /** Ours, for a managed target. */
  authorization: string | undefined
  /** Whether we ended it ourselves since, so that an answer which it breaks off is no news. */
  isEnded?: () => boolean
}

export type Exchange = Route & {
  request: Request
  /** The path and the query at the target; starts with a slash. */
  path: string
  /** For the target's log to be read beside ours. */
  requestId: string
}

/** The path is appended to a pinned origin; that the result still leads there is asserted, not assumed. */
export function dialUrl({ target, address, path }: Exchange): string {
  const host = address.includes(":") ? `[${address}]` : address
  const origin = `${target.scheme}://${host}${target.authority.slice(target.host.length)}`
  const url = `${origin}${path}`
  if (!path.startsWith("/") || URL.parse(url)?.origin !== origin)
    throw new Problem("request.malformed", "The path to forward has to start with a slash.")
  return url
}

export function headersForTarget(exchange: Exchange, viaToken: string): Headers {
  const { request, target, authorization, requestId } = exchange
  const headers = new Headers()
  const context = { incoming: request.headers, host: target.authority, authorization, viaToken, requestId }
  for (const pass of requestPasses) pass(headers, context)
  return headers
}
