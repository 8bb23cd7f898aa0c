// What crosses between the browser and a target, as two lists of small passes that run in order.
// Both directions are allowlists: a header that nobody thought of stays where it is.
import { fromTargetHeader, targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import { traceHeaders } from "../trace.ts"
import type { Target } from "./target.ts"

export type RequestContext = {
  /** What the browser (and every gateway in between) sent. */
  incoming: Headers
  host: string
  /** For a managed target: our credentials, which win over anything the browser sends. */
  authorization: string | undefined
  /** Names this process in `Via` (RFC 9110 §7.6.3), so that it knows a request that it sent itself. */
  viaToken: string
  requestId: string
}
export type RequestPass = (headers: Headers, context: RequestContext) => void

export type ResponseContext = {
  target: Pick<Target, "origin">
  /** Where the browser finds this target's paths: the prefix and `api/proxy`, no trailing slash. */
  forwardBase: string
}
export type ResponsePass = (headers: Headers, context: ResponseContext) => void

const requestAllowed = namesIn(`
  accept accept-language content-encoding content-language content-type if-match if-modified-since if-none-match
  if-range if-unmodified-since last-event-id range`)
const requestAllowedPrefix = "x-opencode-"

const responseAllowed = namesIn(`
  accept-ranges content-disposition content-encoding content-language content-length content-range content-type date
  etag last-modified location retry-after x-next-cursor`)

// The gateway's cookies, `Authorization` and identity headers must not reach code that runs behind a target.
const copyAllowed: RequestPass = (headers, { incoming }) => {
  for (const [name, value] of incoming)
    if (requestAllowed.has(name) || name.startsWith(requestAllowedPrefix)) headers.set(name, value)
}

// What `Connection` lists is meant for us alone (RFC 9110 §7.6.1).
const dropListedByConnection: RequestPass = (headers, { incoming }) => {
  for (const name of (incoming.get("connection") ?? "").split(",")) {
    const listed = name.trim()
    if (/^[a-z0-9-]+$/i.test(listed)) headers.delete(listed)
  }
}

// Meshes route by `Host`; it comes from the validated target, never from the browser.
const sendTargetHost: RequestPass = (headers, { host }) => {
  headers.set("host", host)
}

const sendTargetCredentials: RequestPass = (headers, { incoming, authorization }) => {
  const credentials = authorization ?? incoming.get(targetAuthorizationHeader)
  if (credentials) headers.set("authorization", credentials)
}

// Bun adds an Accept-Encoding of its own otherwise, and the browser gets an encoding that it did not ask for.
const pinAcceptEncoding: RequestPass = (headers, { incoming }) => {
  headers.set("accept-encoding", incoming.get("accept-encoding") ?? "identity")
}

const addVia: RequestPass = (headers, { incoming, viaToken }) => {
  const earlier = incoming.get("via")
  headers.set("via", earlier ? `${earlier}, 1.1 ${viaToken}` : `1.1 ${viaToken}`)
}

// One request can be followed through every log on its way (W3C Trace Context; we start no spans of our own).
const addTrace: RequestPass = (headers, { incoming, requestId }) => {
  headers.set("x-request-id", requestId)
  for (const [name, value] of traceHeaders(incoming)) headers.set(name, value)
}

export const requestPasses: readonly RequestPass[] = [
  copyAllowed,
  dropListedByConnection,
  sendTargetHost,
  sendTargetCredentials,
  pinAcceptEncoding,
  addVia,
  addTrace,
]

// A target must not set our cookies, our security policy or a login dialog on our origin.
const keepAllowed: ResponsePass = (headers) => {
  for (const name of [...headers.keys()]) if (!responseAllowed.has(name)) headers.delete(name)
}

// A redirect stays at the same target or is not followed at all: another host was never checked.
const rewriteLocation: ResponsePass = (headers, { target, forwardBase }) => {
  const location = headers.get("location")
  if (location === null) return
  const url = URL.canParse(location, target.origin) ? new URL(location, target.origin) : undefined
  if (url?.origin === target.origin && url.protocol !== "blob:")
    headers.set("location", `${forwardBase}${url.pathname}${url.search}${url.hash}`)
  else headers.delete("location")
}

// HTML from a target must never become a document of our origin, nor a script of one.
const makeInert: ResponsePass = (headers) => {
  headers.set("x-content-type-options", "nosniff")
  headers.set("content-security-policy", "sandbox; default-src 'none'")
  headers.set("cross-origin-resource-policy", "same-origin")
}

// All targets share our URLs, so a cache would mix them up. `no-transform` and `x-accel-buffering` keep
// gateways from holding back an event stream.
const forbidCaching: ResponsePass = (headers) => {
  headers.set("cache-control", "no-store, no-transform")
  headers.set("vary", targetHeader)
  headers.set("x-accel-buffering", "no")
}

const markAsForwarded: ResponsePass = (headers) => {
  headers.set(fromTargetHeader, "1")
}

export const responsePasses: readonly ResponsePass[] = [
  keepAllowed,
  rewriteLocation,
  makeInert,
  forbidCaching,
  markAsForwarded,
]

function namesIn(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
