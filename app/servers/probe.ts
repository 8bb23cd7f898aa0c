// Asks the proxy what is wrong with one server, if anything. One request, used by the health poll and by the form,
// so that both always agree. The proxy does the looking (shared/probe.ts) and finds the words.
import * as v from "valibot"
import { probePath } from "../../shared/paths.ts"
import { type Probe, ProbeSchema } from "../../shared/probe.ts"
import { type ProblemBody, ProblemBodySchema, problemType } from "../../shared/problems.ts"
import { parseJson } from "../base/parse-json.ts"
import { underPrefix } from "../base/prefix.ts"
import { gatewaySentence, otherVersion, proxyGone, signInAgain } from "./proxy-words.ts"
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"
import { targetHeaders } from "./target-headers.ts"

export type ProbeTarget = Pick<Server, "url" | "username" | "password">
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>
export type ProbeOptions = { fetch?: Fetch; timeoutMs?: number; signal?: AbortSignal }

/** The proxy gives up on a server after 8 s, and its sentence says more than ours. */
export const probeTimeoutMs = 11_000
const shortestRetryMs = 1_000
const longestRetrySeconds = 60

/** Rejects only with the reason of `options.signal`. */
export async function probe(server: ProbeTarget, options: ProbeOptions = {}): Promise<ServerHealth> {
  const timeoutMs = options.timeoutMs ?? probeTimeoutMs
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline.signal]) : deadline.signal
  try {
    const response = await (options.fetch ?? fetch)(underPrefix(probePath), {
      headers: { ...targetHeaders(server), accept: "application/json" },
      cache: "no-store",
      // A gateway sends people who are signed out to another origin, which nothing of ours may be sent to.
      redirect: "manual",
      signal,
    })
    return await read(response)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (deadline.signal.aborted)
      return unasked(`Sandbar's proxy did not answer within ${Math.round(timeoutMs / 1000)} s.`)
    // A TypeError is how fetch says that the connection failed or broke off; anything else is a bug of ours.
    if (!(error instanceof TypeError)) throw error
    return unasked(proxyGone)
  } finally {
    clearTimeout(timer)
  }
}

async function read(response: Response): Promise<ServerHealth> {
  const { status } = response
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) return signedOut(signInAgain)
  const type = response.headers.get("content-type") ?? ""
  // A body that breaks off rejects.
  const body = parseJson(await response.text())
  const found = response.ok ? v.safeParse(ProbeSchema, body) : undefined
  if (found?.success) return healthOf(found.output)
  const problem = type.startsWith(problemType) ? v.safeParse(ProblemBodySchema, body) : undefined
  if (problem?.success) return healthOfProblem(problem.output, response)
  if (response.ok && !type.startsWith("text/html")) return unasked(otherVersion)
  if (response.ok) return signedOut(signInAgain)
  if (status === 401 || status === 403) return signedOut(gatewaySentence(status))
  return status === 429
    ? { ...unasked(gatewaySentence(status)), retryMs: retryMs(response) }
    : unasked(gatewaySentence(status))
}

function healthOf({ verdict, sentence, steps, latencyMs, ...said }: Probe): ServerHealth {
  if (verdict !== "healthy") return { kind: verdict, reason: sentence, steps }
  const { version = "", running, waiting } = said
  const rounded = latencyMs === undefined ? undefined : Math.round(latencyMs)
  return { kind: verdict, version, latencyMs: rounded, running, waiting, steps }
}

/** The proxy answered, but not the question: it asked nobody. */
function healthOfProblem({ code, detail }: ProblemBody, response: Response): ServerHealth {
  if (code === "identity.required") return signedOut(detail)
  if (code === "path.unknown") return { kind: "failed", reason: otherVersion }
  if (code.startsWith("limit.")) return { ...unasked(detail), retryMs: retryMs(response) }
  if (code === "proxy.draining") return unasked(detail)
  return { kind: "failed", reason: detail }
}

function signedOut(reason: string): ServerHealth {
  return { kind: "signed-out", reason }
}

function unasked(reason: string) {
  return { kind: "failed", reason, unasked: true } as const
}

/** Ours says seconds; what cannot be read, or is longer than a person waits, is as good as a moment. */
function retryMs(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? "")
  return seconds >= 1 && seconds <= longestRetrySeconds ? seconds * 1_000 : shortestRetryMs
}
