// The proxy as a function from Request to Response. What it needs from the world comes in through AppDeps.
import { type Context, Hono, type Next } from "hono"
import type { Config } from "./config.ts"
import type { Dial } from "./forward/dial.ts"
import type { Fetch } from "./forward/http.ts"
import type { ManagedServers } from "./forward/managed.ts"
import { isLoopback, requireLoopbackHost, requirePublicHost } from "./guard/known-host.ts"
import { requireSameOrigin } from "./guard/origin.ts"
import { requirePlainRequest } from "./guard/plain-request.ts"
import { isTrustedPeer } from "./guard/trusted-peers.ts"
import type { Log } from "./log.ts"
import { isNeighbour, parsePrefix, pathInside, redirectToSlash, visiblePrefix } from "./prefix.ts"
import { answerProblem, unknownPath } from "./problem-answer.ts"
import { logRequests } from "./request-log.ts"
import { makeForwardRoutes } from "./routes/forward.ts"
import { makeHealthRoutes } from "./routes/health.ts"
import { makeUiRoutes } from "./routes/ui.ts"
import { makeUiConfigRoutes } from "./routes/ui-config.ts"
import type { UiFiles } from "./routes/ui-files.ts"

export type AppDeps = {
  config: Config
  version: string
  log: Log
  ui: UiFiles
  managed: ManagedServers
  dial: Dial
  fetch: Fetch
  viaToken: string
  now?: () => number
  headersMs?: number
  uploadStallMs?: number
}

/** What Bun's server passes along with a request; absent in tests that call `app.request`. */
export type Connection = Pick<Bun.Server<undefined>, "requestIP" | "timeout"> | undefined

export function createApp(deps: AppDeps): Hono {
  const { config } = deps
  const app = new Hono({ getPath: (request) => pathInside(request.url, config.prefix) })

  app.onError((error, context) => answerProblem(error, context, deps.log))
  app.notFound(unknownPath)
  app.use(logRequests(deps.log, deps.now ?? (() => performance.now())))
  app.use(requirePlainRequest)
  app.use(async (context, next) => {
    const location = redirectToSlash(context.req.url, config.prefix)
    if (location === undefined) return next()
    return new Response(null, { status: 302, headers: { location, "cache-control": "no-store" } })
  })
  app.use("/api/*", (context, next) => guard(context, next, config))

  const visible = (context: Context) =>
    visiblePrefix(context.req.url, config.prefix, strippedBy(context, config))
  const beside = (context: Context) => isNeighbour(context.req.url, config.prefix)
  app.route("/", makeHealthRoutes())
  app.route("/", makeUiConfigRoutes(deps))
  app.route(
    "/",
    makeForwardRoutes({
      ...deps,
      allowed: config.allowed,
      visiblePrefix: visible,
      onCut: (target) => deps.log.warn({ target }, "the target broke off in the middle of an answer"),
      noteTarget: (context, host) => context.set("target", host),
      setIdleTimeout: (context, seconds) => connectionOf(context)?.timeout(context.req.raw, seconds),
    }),
  )
  app.route("/", makeUiRoutes({ ui: deps.ui, visiblePrefix: visible, isNeighbour: beside }))
  return app
}

async function guard(context: Context, next: Next, config: Config): Promise<void> {
  const host = ourHost(context, config)
  // A gateway that we trust passes on whatever name the browser used, so that trust replaces no check of the name.
  if (config.publicHosts.length > 0) requirePublicHost(host, config.publicHosts)
  else if (isLoopback(config.host) && !fromGateway(context, config)) requireLoopbackHost(host)
  requireSameOrigin(context.req.raw.headers, host)
  await next()
}

/** The host that the browser asked for; a gateway that rewrites `Host` tells it in X-Forwarded-Host. */
function ourHost(context: Context, config: Config): string {
  const forwarded = fromGateway(context, config) ? context.req.header("x-forwarded-host") : undefined
  return forwarded ?? context.req.header("host") ?? new URL(context.req.url).host
}

function strippedBy(context: Context, config: Config): string | undefined {
  const claimed = context.req.header("x-forwarded-prefix")
  return claimed !== undefined && fromGateway(context, config) ? parsePrefix(claimed) : undefined
}

function fromGateway(context: Context, config: Config): boolean {
  const peer = connectionOf(context)?.requestIP(context.req.raw)?.address
  return isTrustedPeer(peer, config.trustedProxies)
}

function connectionOf(context: Context): Connection {
  return (context.env as { connection?: Connection } | undefined)?.connection
}
