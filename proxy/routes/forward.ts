// /api/proxy/*: one request to the server that `X-Target-Server` names.
import type { Context } from "hono"
import { Hono } from "hono"
import { forwardPath, targetHeader } from "../../shared/paths.ts"
import { Problem } from "../../shared/problems.ts"
import type { Dial } from "../forward/dial.ts"
import { type Exchange, type Fetch, sendToTarget } from "../forward/http.ts"
import { type ManagedServers, managedTarget } from "../forward/managed.ts"
import { type AllowedTargets, chooseTarget } from "../forward/target.ts"

export type ForwardDeps = {
  allowed: AllowedTargets
  managed: ManagedServers
  dial: Dial
  fetch: Fetch
  viaToken: string
  /** The prefix as this browser sees it. */
  visiblePrefix: (context: Context) => string
  /** Tells the request log where this request goes. */
  noteTarget: (context: Context, host: string) => void
  /** Turns Bun's idle timeout for one connection off (0) or back on, in seconds. */
  setIdleTimeout: (context: Context, seconds: number) => void
  headersMs?: number
  uploadStallMs?: number
  onCut: (name: string) => void
}

const root = `/${forwardPath.slice(0, -1)}`
/** The longest that Bun's server allows. */
const idleSeconds = 255

export function makeForwardRoutes(deps: ForwardDeps): Hono {
  const routes = new Hono()
  routes.all(`${root}/*`, (context) => forward(context, deps))
  // `/api/proxy:80@evil/x`: glued to an origin, this would turn our host into the user-info of another.
  routes.all("/api/:rest{proxy.*}", () => {
    throw new Problem("request.malformed", "A slash has to follow /api/proxy.")
  })
  return routes
}

async function forward(context: Context, deps: ForwardDeps): Promise<Response> {
  const request = context.req.raw
  requireForwardable(request)
  requireNoLoop(request, deps.viaToken)
  const route = await findRoute(context, deps)
  // The target may think for minutes, and an event stream may be silent for as long.
  deps.setIdleTimeout(context, 0)
  const forwardBase = `${deps.visiblePrefix(context)}${forwardPath.slice(0, -1)}`
  const path = context.req.path.slice(root.length) + new URL(request.url).search
  const response = await sendToTarget({ ...route, request, path, forwardBase }, deps)
  if (response.headers.has("content-length")) deps.setIdleTimeout(context, idleSeconds)
  return response
}

async function findRoute(
  context: Context,
  deps: ForwardDeps,
): Promise<Pick<Exchange, "target" | "name" | "address" | "authorization">> {
  const named = context.req.header(targetHeader)
  if (named === undefined) throw new Problem("target.malformed", "The header X-Target-Server is missing.")
  const managed = managedTarget(named, deps.managed)
  if (managed) {
    deps.noteTarget(context, "local")
    return managed
  }
  const target = chooseTarget(named, deps.allowed)
  deps.noteTarget(context, `${target.host}:${target.port}`)
  return { target, name: target.origin, address: await deps.dial(target), authorization: undefined }
}

function requireForwardable(request: Request): void {
  const upgrade = request.headers.get("upgrade")?.toLowerCase()
  // Any other protocol would be tunnelled past every rule here (h2c smuggling).
  if (upgrade !== undefined && (upgrade !== "websocket" || request.method !== "GET"))
    throw new Problem(
      "request.malformed",
      "Only a GET request may ask for an upgrade, and only to websocket.",
    )
  if (upgrade !== undefined)
    throw new Problem("request.upgrade", "WebSockets are not forwarded by this version of Sandbar.")
  // Bun drops such a body without a word; the target would then read a request that the sender did not send.
  const length = request.headers.get("content-length") ?? "0"
  const hasBody = length !== "0" || request.headers.has("transfer-encoding")
  if (hasBody && (request.method === "GET" || request.method === "HEAD"))
    throw new Problem("request.malformed", `A ${request.method} request carries no body.`)
}

function requireNoLoop(request: Request, viaToken: string): void {
  if (!request.headers.get("via")?.includes(viaToken)) return
  throw new Problem("target.loop", "This request came from here already. Use the server's own address.")
}
