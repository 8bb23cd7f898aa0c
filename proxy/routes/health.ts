// For operators and their probes: is the process alive, does it take new work, what does it do.
import { Hono } from "hono"
import type { Drain } from "../drain.ts"
import type { Metrics } from "../metrics.ts"
import type { ProxyEnv } from "../request-context.ts"
import { securityHeaders } from "../ui/security-headers.ts"

const headers = { ...securityHeaders("answer"), "cache-control": "no-store" }

/** Whether the embedded server runs is the picker's question: other servers work without it. */
export function makeOperatorRoutes({ drain, metrics }: { drain: Drain; metrics: Metrics }): Hono<ProxyEnv> {
  const routes = new Hono<ProxyEnv>()
  routes.get("/healthz", (context) => {
    context.set("route", "operator")
    return Response.json({ ok: true }, { headers })
  })
  routes.get("/readyz", (context) => {
    context.set("route", "operator")
    const ready = !drain.isDraining()
    return Response.json({ ready }, { status: ready ? 200 : 503, headers })
  })
  routes.get("/metrics", async (context) => {
    context.set("route", "operator")
    const type = "text/plain; version=0.0.4; charset=utf-8"
    return new Response(await metrics.text(), { headers: { ...headers, "content-type": type } })
  })
  return routes
}
