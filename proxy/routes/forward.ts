// /api/proxy/*: one request to the server that `X-Target-Server` names.
import { Hono } from "hono"
import { forwardPath, targetHeader } from "../../shared/paths.ts"
import { Problem } from "../../shared/problems.ts"
import type { Activity } from "../activity/activity.ts"
import type { Dial } from "../forward/dial.ts"
import type { Route } from "../forward/exchange.ts"
import { type SendOptions, sendToTarget, tooLarge } from "../forward/http.ts"
import type { ChooseTarget, Target } from "../forward/target.ts"
import type { Gate } from "../guard/limits.ts"
import { queryOf } from "../prefix.ts"
import type { ProxyContext, ProxyEnv } from "../request-context.ts"
import type { ManagedServers } from "../sandboxes/managed.ts"

export type TargetDeps = { choose: ChooseTarget; managed: ManagedServers; dial: Dial; limits: Gate }

export type ForwardDeps = TargetDeps &
  SendOptions & {
    activity: Pick<Activity, "noteRequest" | "noteAccepted">
    /** The prefix as this browser sees it. */
    visiblePrefix: (context: ProxyContext) => string
    /** Turns Bun's idle timeout for one connection off (0) or back on, in seconds. */
    setIdleTimeout: (context: ProxyContext, seconds: number) => void
  }

export const forwardRoot = `/${forwardPath.slice(0, -1)}`
/** The longest that Bun's server allows. */
const idleSeconds = 255

export function makeForwardRoutes(deps: ForwardDeps): Hono<ProxyEnv> {
  const routes = new Hono<ProxyEnv>()
  routes.all(`${forwardRoot}/*`, (context) => forward(context, deps))
  // `/api/proxy:80@evil/x`: glued to an origin, this would turn our host into the user-info of another.
  routes.all("/api/*", (context, next) => {
    if (!context.req.path.startsWith(forwardRoot)) return next()
    throw new Problem("request.malformed", "A slash has to follow /api/proxy.")
  })
  return routes
}

async function forward(context: ProxyContext, deps: ForwardDeps): Promise<Response> {
  const request = context.req.raw
  context.set("route", "forward")
  requireForwardable(request, deps.mostBytes)
  requireNoLoop(request, deps.viaToken)
  const target = nameTarget(context, context.req.header(targetHeader), deps)
  const slot = deps.limits.enter(target.origin, context.get("client"))
  // The target may think for minutes, and an event stream may be silent for as long. The connection outlives both:
  // without its timeout back, it would stay open for ever after the answer.
  deps.setIdleTimeout(context, 0)
  const release = () => {
    slot.release()
    deps.setIdleTimeout(context, idleSeconds)
  }
  try {
    const route = await reachTarget(context, target, deps)
    const forwardBase = `${deps.visiblePrefix(context)}${forwardPath.slice(0, -1)}`
    const path = context.req.path.slice(forwardRoot.length) + queryOf(request.url)
    deps.activity.noteRequest(target.origin, request.method, path)
    const exchange = { ...route, request, path, forwardBase, requestId: context.get("requestId") }
    const response = await sendToTarget({ ...exchange, slot: { ...slot, release } }, deps)
    // OpenCode answers OPTIONS without a password; it says nothing about the credentials that came along.
    if (response.ok && request.method !== "OPTIONS")
      deps.activity.noteAccepted(target.origin, path, request.headers)
    if (response.headers.has("content-length")) deps.setIdleTimeout(context, idleSeconds)
    return response
  } catch (error) {
    release()
    throw error
  }
}

/** Throws a Problem for a server that is malformed or not allowed. */
export function nameTarget(context: ProxyContext, named: string | undefined, deps: TargetDeps): Target {
  if (named === undefined) throw new Problem("target.malformed", "The header X-Target-Server is missing.")
  const target = deps.choose(named)
  const isManaged = deps.managed.has(target.origin)
  context.set("target", isManaged ? target.host : `${target.host}:${target.port}`)
  context.set("targetClass", isManaged ? "managed" : target.rule)
  return target
}

/** Throws a Problem for a server that is not there. */
export async function reachTarget(context: ProxyContext, target: Target, deps: TargetDeps): Promise<Route> {
  if (deps.managed.has(target.origin)) return deps.managed.route(target.origin, context.var)
  // A look-up costs name queries and a connection; unlimited, it would scan the cluster's ports for a client.
  const address = await deps.dial(target, () => deps.limits.spend(context.get("client")))
  return { target, name: target.origin, address, authorization: undefined }
}

function requireForwardable(request: Request, mostBytes: number): void {
  // Any other protocol would be tunnelled past every rule here (h2c smuggling).
  if (request.headers.has("upgrade"))
    throw new Problem(
      "request.malformed",
      "Only a GET request may ask for an upgrade, and only to websocket.",
    )
  // Bun drops such a body without a word; the target would then read a request that the sender did not send.
  const length = request.headers.get("content-length") ?? "0"
  const hasBody = length !== "0" || request.headers.has("transfer-encoding")
  if (hasBody && (request.method === "GET" || request.method === "HEAD"))
    throw new Problem("request.malformed", `A ${request.method} request carries no body.`)
  if (Number(length) > mostBytes) throw tooLarge(mostBytes)
}

export function requireNoLoop(request: Request, viaToken: string): void {
  if (!request.headers.get("via")?.includes(viaToken)) return
  throw new Problem("target.loop", "This request came from here already. Use the server's own address.")
}
