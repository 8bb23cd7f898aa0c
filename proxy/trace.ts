// How one request is followed through the logs of everything that it passes.

const plainId = /^[A-Za-z0-9._-]{1,64}$/
/**
 * W3C Trace Context level 1, §3.2: version, trace id, parent id, flags; no part all zero. Version 00 ends there; a
 * later one may add fields (§3.2.4).
 */
const traceparentShape =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]{0,100})?$/
const plainTracestate = /^[\x20-\x7e\t]{1,512}$/

/** The client's own `X-Request-Id` where it is plain, else a new one. */
export function requestIdOf(headers: Headers, makeId: () => string): string {
  const given = headers.get("x-request-id")
  return given !== null && plainId.test(given) ? given : makeId()
}

/** What is passed on unchanged: `tracestate` means nothing without a valid `traceparent` (§3.3). */
export function traceHeaders(incoming: Headers): [name: string, value: string][] {
  const traceparent = incoming.get("traceparent")
  if (traceparent === null || !traceparentShape.test(traceparent)) return []
  const tracestate = incoming.get("tracestate") ?? ""
  const state: [string, string][] = plainTracestate.test(tracestate) ? [["tracestate", tracestate]] : []
  return [["traceparent", traceparent], ...state]
}

export function traceIdOf(headers: Headers): string | undefined {
  return traceparentShape.exec(headers.get("traceparent") ?? "")?.[1]
}
