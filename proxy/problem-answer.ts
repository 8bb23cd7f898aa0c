// The one place where a failure becomes an answer (RFC 9457).
import type { Context } from "hono"
import { Problem, problemType } from "../shared/problems.ts"
import { methods } from "./guard/plain-request.ts"
import type { Log } from "./log.ts"
import { securityHeaders } from "./routes/security-headers.ts"

/** Nobody reads this status: the client has gone. The request log knows it by it. */
export const clientGone = 499

export function answerProblem(error: unknown, context: Context, log: Log): Response {
  if (error instanceof Problem) return problemResponse(error)
  if (context.req.raw.signal.aborted) return new Response(null, { status: clientGone })
  log.error(
    { err: error, method: context.req.method, path: context.req.path },
    "bug while answering a request",
  )
  return problemResponse(new Problem("proxy.bug", "Sandbar could not answer this request. Its log says why."))
}

export function unknownPath(context: Context): Response {
  return problemResponse(new Problem("path.unknown", `There is no ${context.req.path} here.`))
}

export function problemResponse(problem: Problem): Response {
  const headers = new Headers({
    ...securityHeaders("answer"),
    "content-type": problemType,
    "cache-control": "no-store",
  })
  if (problem.retryAfter !== undefined) headers.set("retry-after", String(problem.retryAfter))
  if (problem.status === 405) headers.set("allow", [...methods].join(", "))
  return new Response(JSON.stringify(problem.toBody()), { status: problem.status, headers })
}
