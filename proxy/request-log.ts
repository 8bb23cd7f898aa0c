// One log line and one count per request, written when the answer's headers are ready: an event stream has no
// better moment.
import { randomUUID } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import type { Drain } from "./drain.ts"
import type { Log, RequestLine } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import { pathOf } from "./prefix.ts"
import { clientGone } from "./problem-answer.ts"
import type { ProxyEnv } from "./request-context.ts"
import { requestIdOf, traceIdOf } from "./trace.ts"

export type ObserveDeps = { log: Log; metrics: Metrics; drain: Drain; now?: () => number }

export function observeRequests(deps: ObserveDeps): MiddlewareHandler<ProxyEnv> {
  const { log, metrics, drain, now = () => performance.now() } = deps
  return async (context, next) => {
    const began = now()
    const { headers, signal } = context.req.raw
    const id = requestIdOf(headers, randomUUID)
    context.set("requestId", id)
    await next()
    const { status } = context.res
    if (status === clientGone || signal.aborted) return
    context.res.headers.set("x-request-id", id)
    // The next request on this connection goes to a process that stays.
    if (drain.isDraining()) context.res.headers.set("connection", "close")
    const route = context.get("route") ?? "other"
    const target = context.get("target")
    const user = context.get("user")
    metrics.request(route, status, context.get("targetClass") ?? "none")
    const problem = context.get("problem")
    const trace = traceIdOf(headers)
    const line: RequestLine = {
      id,
      method: context.req.method,
      path: pathOf(context.req.url),
      status,
      ms: Math.round(now() - began),
      ...(target ? { target } : {}),
      ...(user ? { user } : {}),
      ...(problem ? { problem } : {}),
      ...(trace ? { trace } : {}),
    }
    // Probes come every few seconds for the life of the pod.
    log.request(route === "operator" ? "debug" : "info", line)
  }
}
