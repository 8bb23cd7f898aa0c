// GET api/probe: what is wrong with one server, if anything. The answer is 200 whatever was found; a Problem means
// that nobody was asked.
import { Hono } from "hono"
import { probePath, targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import { Problem } from "../../shared/problems.ts"
import type { ChooseTarget } from "../forward/target.ts"
import type { Gate } from "../guard/limits.ts"
import type { Metrics } from "../metrics.ts"
import type { ProxyContext, ProxyEnv } from "../request-context.ts"
import { nameTarget, requireNoLoop, type TargetDeps } from "../routes/forward.ts"
import { securityHeaders } from "../ui/security-headers.ts"
import { type ProbeDeps, probeTarget } from "./probe-target.ts"
import { shakeHands } from "./shake-hands.ts"

export type ProbeRouteDeps = Omit<ProbeDeps, "now" | "shakeHands" | "probeMs" | "countMs"> &
  Partial<Pick<ProbeDeps, "now" | "shakeHands" | "probeMs" | "countMs">> &
  Pick<TargetDeps, "dial"> & { choose: ChooseTarget; limits: Gate; metrics: Pick<Metrics, "refusal"> }

const headers = { ...securityHeaders("answer"), "cache-control": "no-store", vary: targetHeader }

/**
 * A probe is no sign of a person, and no use of a server either: it comes from every open tab for as long as that is
 * open, and would keep each server's credentials in memory for ever (proxy/activity/known-servers.ts).
 */
export function makeProbeRoutes(deps: ProbeRouteDeps): Hono<ProxyEnv> {
  const whole = {
    now: () => performance.now(),
    shakeHands,
    probeMs: 8_000,
    countMs: 1_500,
    ...deps,
  }
  return new Hono<ProxyEnv>().get(`/${probePath}`, async (context) => {
    context.set("route", "probe")
    return Response.json(await probe(context, whole), { headers })
  })
}

function probe(context: ProxyContext, deps: ProbeRouteDeps & ProbeDeps) {
  const request = context.req.raw
  requireNoLoop(request, deps.viaToken)
  const named = context.req.header(targetHeader)
  if (named === undefined) throw new Problem("target.malformed", "The header X-Target-Server is missing.")
  const client = context.get("client")
  const question = {
    name: () => nameTarget(context, named, deps),
    enter: (target: { origin: string }) => deps.limits.enter(target.origin, client).release,
    beforeLookup: () => deps.limits.spend(client),
    authorization: context.req.header(targetAuthorizationHeader),
    requestId: context.get("requestId"),
    signal: request.signal,
    onProblem({ code }: Problem) {
      deps.metrics.refusal(code)
      context.set("problem", code)
    },
  }
  return probeTarget(question, deps)
}
