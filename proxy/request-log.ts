// One line per request, written when the answer's headers are ready: an event stream has no better moment.
import type { MiddlewareHandler } from "hono"
import type { Log, RequestLine } from "./log.ts"
import { pathOf } from "./prefix.ts"
import { clientGone } from "./problem-answer.ts"

export function logRequests(log: Log, now: () => number): MiddlewareHandler {
  return async (context, next) => {
    const began = now()
    await next()
    const status = context.res.status
    if (status === clientGone || context.req.raw.signal.aborted) return
    const target: unknown = context.get("target")
    const line: RequestLine = {
      method: context.req.method,
      path: pathOf(context.req.url),
      status,
      ms: Math.round(now() - began),
      ...(typeof target === "string" ? { target } : {}),
    }
    // Probes come every few seconds for the life of the pod.
    if (context.req.path === "/healthz") log.debug(line, "request")
    else log.info(line, "request")
  }
}
