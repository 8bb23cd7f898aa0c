// The proxy as a function from Request to Response. What it needs from the world comes in through AppDeps.
import { Hono } from "hono"
import type { Activity } from "./activity/activity.ts"
import type { Config } from "./config.ts"
import type { Drain } from "./drain.ts"
import { makeDeadlines } from "./forward/deadlines.ts"
import type { Dial, Network } from "./forward/dial.ts"
import type { Fetch } from "./forward/http.ts"
import type { PipeOptions } from "./forward/pipe.ts"
import { requireUser } from "./guard/identity.ts"
import { isLoopback, requireLoopbackHost, requirePublicHost } from "./guard/known-host.ts"
import type { Gate } from "./guard/limits.ts"
import { requireSameOrigin } from "./guard/origin.ts"
import { requirePlainRequest } from "./guard/plain-request.ts"
import type { Tickets } from "./guard/ticket.ts"
import { clientAddress, isTrustedPeer } from "./guard/trusted-peers.ts"
import type { Log } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import { isNeighbour, parsePrefix, pathInside, redirectToSlash, visiblePrefix } from "./prefix.ts"
import { makeProbeRoutes, type ProbeRouteDeps } from "./probe/probe-route.ts"
import { answerProblem, unknownPath } from "./problem-answer.ts"
import type { ProxyContext, ProxyEnv } from "./request-context.ts"
import { observeRequests } from "./request-log.ts"
import { makeForwardRoutes } from "./routes/forward.ts"
import { makeOperatorRoutes } from "./routes/health.ts"
import { makeKernelsRoutes } from "./routes/kernels.ts"
import { makeSocketRoutes } from "./routes/socket.ts"
import { makeChooseServer } from "./sandboxes/choose-server.ts"
import type { ManagedServers } from "./sandboxes/managed.ts"
import { makeSandboxRoutes, type Spawning } from "./sandboxes/sandbox-routes.ts"
import { makeUiRoutes } from "./ui/ui.ts"
import { makeUiConfigRoutes } from "./ui/ui-config.ts"
import type { UiFiles } from "./ui/ui-files.ts"

export type AppDeps = {
  config: Config
  version: string
  log: Log
  ui: UiFiles
  managed: ManagedServers
  dial: Dial
  /** For a probe, which tells the steps of a dial apart. */
  network: Network
  fetch: Fetch
  limits: Gate
  metrics: Metrics
  drain: Drain
  activity: Activity
  tickets: Tickets
  viaToken: string
  /** Absent where no sandboxes can be spawned. */
  spawning?: Spawning
  now?: () => number
  headersMs?: number
  uploadStallMs?: number
  connectMs?: number
  beatMs?: number
  lifeMs?: number
} & Pick<PipeOptions, "pingMs"> &
  Pick<ProbeRouteDeps, "probeMs" | "countMs">

export function createApp(deps: AppDeps): Hono<ProxyEnv> {
  const { config } = deps
  const app = new Hono<ProxyEnv>({ getPath: (request) => pathInside(request.url, config.prefix) })

  app.onError((error, context) => answerProblem(error, context, deps))
  app.notFound((context) => answerProblem(unknownPath(context), context, deps))
  app.use(observeRequests(deps))
  app.use((context, next) => {
    requirePlainRequest(context.req.raw)
    return next()
  })
  // Probes, scrapers and Kubeflow's culler are programs inside the cluster: they have no user, and call us by
  // other names.
  app.route("/", makeOperatorRoutes(deps))
  app.route("/", makeKernelsRoutes(deps))
  app.use((context, next) => {
    identify(context, config)
    const location = redirectToSlash(context.req.url, config.prefix)
    if (location !== undefined)
      return Promise.resolve(
        new Response(null, { status: 302, headers: { location, "cache-control": "no-store" } }),
      )
    if (context.req.path.startsWith("/api/")) guard(context, config)
    return next()
  })

  const visible = (context: ProxyContext) =>
    visiblePrefix(context.req.url, config.prefix, strippedBy(context, config))
  const beside = (context: ProxyContext) => isNeighbour(context.req.url, config.prefix)
  const choose = makeChooseServer(config.allowed, deps.managed)
  const setIdleTimeout = (context: ProxyContext, seconds: number) =>
    context.env?.connection?.timeout(context.req.raw, seconds)
  app.route("/", makeUiConfigRoutes({ ...deps, spawning: deps.spawning !== undefined }))
  app.route("/", makeProbeRoutes({ ...deps, choose }))
  if (deps.spawning) app.route("/", makeSandboxRoutes({ ...deps, spawning: deps.spawning, setIdleTimeout }))
  app.route(
    "/",
    makeSocketRoutes({
      ...deps,
      choose,
      onBytes: deps.metrics.bytes,
      upgrade: ({ env, req }, options) => env?.connection?.upgrade?.(req.raw, options) === true,
    }),
  )
  app.route(
    "/",
    makeForwardRoutes({
      ...deps,
      choose,
      deadlines: makeDeadlines(deps.headersMs ?? 600_000),
      mostBytes: config.limits["body-mb"] * 1_048_576,
      visiblePrefix: visible,
      onCut: (target) => deps.log.warn({ target }, "the target broke off in the middle of an answer"),
      setIdleTimeout,
    }),
  )
  app.route("/", makeUiRoutes({ ui: deps.ui, visiblePrefix: visible, isNeighbour: beside }))
  return app
}

function identify(context: ProxyContext, config: Config): void {
  const trusted = fromGateway(context, config)
  const user = requireUser(config.identity, context.req.raw.headers, trusted)
  const peer = peerOf(context) ?? ""
  const forwardedFor = (trusted && context.req.header("x-forwarded-for")) || undefined
  const address =
    forwardedFor || peer.includes(":") ? clientAddress(peer, forwardedFor ?? "", config.trustedProxies) : peer
  context.set("user", user)
  context.set("client", user ?? address)
}

function guard(context: ProxyContext, config: Config): void {
  const host = ourHost(context, config)
  // A gateway that we trust passes on whatever name the browser used, so that trust replaces no check of the name.
  if (config.publicHosts.length > 0) requirePublicHost(host, config.publicHosts)
  else if (isLoopback(config.host) && !fromGateway(context, config)) requireLoopbackHost(host)
  requireSameOrigin(context.req.raw.headers, host)
}

/** The host that the browser asked for; a gateway that rewrites `Host` tells it in X-Forwarded-Host. */
function ourHost(context: ProxyContext, config: Config): string {
  const forwarded = fromGateway(context, config) ? context.req.header("x-forwarded-host") : undefined
  return forwarded ?? context.req.header("host") ?? new URL(context.req.url).host
}

function strippedBy(context: ProxyContext, config: Config): string | undefined {
  const claimed = context.req.header("x-forwarded-prefix")
  return claimed !== undefined && fromGateway(context, config) ? parsePrefix(claimed) : undefined
}

function fromGateway(context: ProxyContext, config: Config): boolean {
  return config.trustedProxies.length > 0 && isTrustedPeer(peerOf(context), config.trustedProxies)
}

function peerOf(context: ProxyContext): string | undefined {
  return context.env?.connection?.requestIP(context.req.raw)?.address
}
