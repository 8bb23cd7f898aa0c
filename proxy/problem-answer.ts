// The one place where a failure becomes an answer (RFC 9457).
import { Problem, problemType } from "../shared/problems.ts"
import { methods } from "./guard/plain-request.ts"
import type { Log } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import type { ProxyContext } from "./request-context.ts"
import { securityHeaders } from "./ui/security-headers.ts"

/** Nobody reads this status: the client has gone. The request log knows it by it. */
export const clientGone = 499

export type AnswerDeps = { log: Log; metrics: Metrics }

export function answerProblem(error: unknown, context: ProxyContext, { log, metrics }: AnswerDeps): Response {
  if (!(error instanceof Problem) && context.req.raw.signal.aborted)
    return new Response(null, { status: clientGone })
  const problem = error instanceof Problem ? error : bug(error, context, log)
  metrics.refusal(problem.code)
  context.set("problem", problem.code)
  return problemResponse(problem)
}

function bug(err: unknown, context: ProxyContext, log: Log): Problem {
  const { method, path } = context.req
  log.error({ err, id: context.get("requestId"), method, path }, "bug while answering a request")
  return new Problem("proxy.bug", "Sandbar could not answer this request. Its log says why.")
}

export function unknownPath({ req }: ProxyContext): Problem {
  return new Problem("path.unknown", `There is no ${req.path} here.`)
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
