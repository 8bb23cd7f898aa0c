// A WebSocket to a server: first a ticket, asked for like everything else under /api/proxy/, then the upgrade.
import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import * as v from "valibot"
import type { WebSocket } from "ws"
import { targetAuthorizationHeader, targetHeader, ticketPath } from "../../shared/paths.ts"
import { Problem } from "../../shared/problems.ts"
import type { Activity } from "../activity/activity.ts"
import type { Drain } from "../drain.ts"
import { makePipe, type Pipe, type PipeOptions } from "../forward/pipe.ts"
import { type DialSocketOptions, dialSocket } from "../forward/socket.ts"
import { parseOrigin } from "../forward/target.ts"
import { requireOrigin } from "../guard/origin.ts"
import { type Tickets, ticketSeconds } from "../guard/ticket.ts"
import { queryOf } from "../prefix.ts"
import type { ProxyContext, ProxyEnv } from "../request-context.ts"
import { securityHeaders } from "../ui/security-headers.ts"
import { forwardRoot, nameTarget, reachTarget, requireNoLoop, type TargetDeps } from "./forward.ts"

export type SocketDeps = TargetDeps &
  DialSocketOptions &
  Omit<PipeOptions, "onStop" | "onEnd" | "onInput"> & {
    activity: Pick<Activity, "noteInput">
    tickets: Tickets
    drain: Pick<Drain, "requireRunning" | "onStop">
    /** Answers 101 and hands the connection to the pipe; false for what is no handshake (RFC 6455 §4.1). */
    upgrade: (context: ProxyContext, options: { data: Pipe; headers: Record<string, string> }) => boolean
  }

const maxSize = 4_096
const WishSchema = v.object({ path: v.pipe(v.string(), v.startsWith("/")) })

export function makeSocketRoutes(deps: SocketDeps): Hono<ProxyEnv> {
  const routes = new Hono<ProxyEnv>()
  const onError = () => {
    throw new Problem("request.too-large", `A ticket is asked for with at most ${maxSize} bytes.`)
  }
  routes.post(`/${ticketPath}`, bodyLimit({ maxSize, onError }), (context) => giveTicket(context, deps))
  routes.get(`${forwardRoot}/*`, (context, next) => {
    const isHandshake = context.req.header("upgrade")?.toLowerCase() === "websocket"
    return isHandshake && context.req.method === "GET" ? openSocket(context, deps) : next()
  })
  return routes
}

async function giveTicket(context: ProxyContext, deps: SocketDeps): Promise<Response> {
  context.set("route", "ticket")
  await deps.limits.spend(context.get("client"))
  const target = nameTarget(context, context.req.header(targetHeader), deps)
  // Nobody gets a ticket for a server that is not there: a browser hides why an upgrade fails.
  await reachTarget(context, target, deps)
  const wish = v.safeParse(WishSchema, await context.req.json().catch(() => undefined))
  if (!wish.success)
    throw new Problem("request.malformed", 'A ticket is asked for with JSON: {"path":"/pty/1/connect"}.')
  const ticket = await deps.tickets.give({
    target: target.origin,
    path: wish.output.path,
    user: context.get("user"),
    authorization: context.req.header(targetAuthorizationHeader),
  })
  const headers = { ...securityHeaders("answer"), "cache-control": "no-store" }
  return Response.json({ ticket, expiresIn: ticketSeconds }, { headers })
}

async function openSocket(context: ProxyContext, deps: SocketDeps): Promise<Response> {
  context.set("route", "socket")
  const request = context.req.raw
  requireOrigin(request.headers)
  requireNoLoop(request, deps.viaToken)
  deps.drain.requireRunning()
  const { path, named, ticket } = splitQuery(context)
  const passage = { target: parseOrigin(named) ?? "", path, user: context.get("user") }
  const ofTicket = await deps.tickets.take(ticket, passage)
  const route = await reachTarget(context, nameTarget(context, named, deps), deps)
  const authorization = route.authorization ?? ofTicket
  const requestId = context.get("requestId")
  const release = deps.limits.enterSocket(context.get("client"))
  try {
    const upstream = await dialSocket({ ...route, authorization, request, path, requestId }, deps)
    const onInput = (message: string | Uint8Array) => deps.activity.noteInput(passage.target, message)
    return handOver(context, upstream, release, { ...deps, onInput })
  } catch (error) {
    release()
    throw error
  }
}

/** Only now does the browser hear that the connection stands, with the subprotocol that the target chose. */
function handOver(
  context: ProxyContext,
  upstream: WebSocket,
  release: () => void,
  deps: SocketDeps & Pick<PipeOptions, "onInput">,
): Response {
  const pipe = makePipe(upstream, { ...deps, onStop: deps.drain.onStop, onEnd: release })
  // Without a header of ours, Bun would choose the first subprotocol that the browser offers.
  const headers = { "sec-websocket-protocol": upstream.protocol }
  if (deps.upgrade(context, { data: pipe, headers })) return new Response(null, { status: 101 })
  pipe.end(1011, "")
  context.req.raw.signal.throwIfAborted()
  throw new Problem("request.malformed", "This is no WebSocket handshake.")
}

/** The target's path and query exactly as they came, without what is ours. */
function splitQuery(context: ProxyContext): { path: string; named: string; ticket: string } {
  const pairs = queryOf(context.req.raw.url).slice(1).split("&")
  const isOurs = (pair: string) => /^(?:target|ticket)=/.test(pair)
  const ours = new URLSearchParams(pairs.filter(isOurs).join("&"))
  const theirs = pairs.filter((pair) => !isOurs(pair)).join("&")
  const path = context.req.path.slice(forwardRoot.length) + (theirs === "" ? "" : `?${theirs}`)
  return { path, named: ours.get("target") ?? "", ticket: ours.get("ticket") ?? "" }
}
