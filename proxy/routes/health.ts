// For operators and their probes: is the process alive, does it take new work, what does it do.
import { Hono } from "hono"
import type { Drain } from "../drain.ts"
import type { Metrics } from "../metrics.ts"
import { pathOf } from "../prefix.ts"
import type { ProxyEnv } from "../request-context.ts"
import { securityHeaders } from "../ui/security-headers.ts"

const headers = { ...securityHeaders("answer"), "cache-control": "no-store" }

/** Whether the embedded server runs is the picker's question: other servers work without it. */
export function makeOperatorRoutes({ drain, metrics }: { drain: Drain; metrics: Metrics }): Hono<ProxyEnv> {
  const routes = new Hono<ProxyEnv>()
  const answer = (path: string, make: () => Response | Promise<Response>) =>
    routes.get(path, (context, next) => {
      // What came in with the prefix came through the gateway, from people: these are not for them.
      if (pathOf(context.req.url) !== path) return next()
      context.set("route", "operator")
      return make()
    })
  answer("/healthz", () => Response.json({ ok: true }, { headers }))
  answer("/readyz", () => {
    const ready = !drain.isDraining()
    return Response.json({ ready }, { status: ready ? 200 : 503, headers })
  })
  answer("/metrics", async () => {
    const type = "text/plain; version=0.0.4; charset=utf-8"
    return new Response(await metrics.text(), { headers: { ...headers, "content-type": type } })
  })
  return routes
}
