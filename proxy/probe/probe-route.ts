// GET api/probe: what is wrong with one server, if anything. The answer is 200 whatever was found; a Problem means
// that nobody was asked.
import { createHash } from "node:crypto"
import { Hono } from "hono"
import { probePath, targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import type { Probe } from "../../shared/probe.ts"
import { Problem, type ProblemCode } from "../../shared/problems.ts"
import type { ChooseTarget, Target } from "../forward/target.ts"
import type { Gate } from "../guard/limits.ts"
import type { Metrics } from "../metrics.ts"
import type { ProxyContext, ProxyEnv } from "../request-context.ts"
import { nameTarget, requireNoLoop, type TargetDeps } from "../routes/forward.ts"
import { securityHeaders } from "../ui/security-headers.ts"
import { type ProbeDeps, probeTarget } from "./probe-target.ts"
import { shakeHands } from "./shake-hands.ts"
import { makeShareWork, type ShareWork } from "./share-work.ts"

export type ProbeRouteDeps = Omit<ProbeDeps, "now" | "shakeHands" | "probeMs" | "countMs"> &
  Partial<Pick<ProbeDeps, "now" | "shakeHands" | "probeMs" | "countMs">> &
  Pick<TargetDeps, "dial"> & { choose: ChooseTarget; limits: Gate; metrics: Pick<Metrics, "refusal"> }

type Found = { told: Probe; problem: ProblemCode | undefined }
type WholeDeps = ProbeRouteDeps & ProbeDeps & { share: ShareWork<Found> }

/** As long as an open tab takes a look for news (`freshMs` in app/servers/health-poller.ts). */
const freshMs = 1_000
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
  const share = makeShareWork<Found>({ now: whole.now, freshMs })
  return new Hono<ProxyEnv>().get(`/${probePath}`, async (context) => {
    context.set("route", "probe")
    return Response.json(await probe(context, { ...whole, share }), { headers })
  })
}

async function probe(context: ProxyContext, deps: WholeDeps): Promise<Probe> {
  const request = context.req.raw
  requireNoLoop(request, deps.viaToken)
  const named = context.req.header(targetHeader)
  if (named === undefined) throw new Problem("target.malformed", "The header X-Target-Server is missing.")
  const client = context.get("client")
  const authorization = context.req.header(targetAuthorizationHeader)
  const { target, name } = tryName(() => nameTarget(context, named, deps))
  const leave = target && deps.limits.enter(target.origin, client).release
  try {
    const key = keyOf([client, target?.origin ?? named, authorization])
    const { told, problem } = await deps.share(key, request.signal, async (signal) => {
      let problem: ProblemCode | undefined
      const question = {
        name,
        enter: () => deps.limits.enterProbe(client),
        // A purse of its own: what the dots cost must not keep a prompt from its server.
        beforeLookup: () => deps.limits.spend(client, "probes"),
        user: context.get("user"),
        authorization,
        requestId: context.get("requestId"),
        signal,
        onProblem({ code }: Problem) {
          problem = code
        },
      }
      return { told: await probeTarget(question, deps), problem }
    })
    if (problem) {
      deps.metrics.refusal(problem)
      context.set("problem", problem)
    }
    return told
  } finally {
    leave?.()
  }
}

/** A refusal belongs to what a probe finds, so it is thrown where that is asked for. */
function tryName(choose: () => Target): { target?: Target; name: () => Target } {
  try {
    const target = choose()
    return { target, name: () => target }
  } catch (refusal) {
    const name = () => {
      throw refusal
    }
    return { name }
  }
}

/** A digest: no credentials lie about as the key of a map. */
function keyOf(parts: readonly (string | undefined)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64")
}
