// Asks one server, through the proxy, whether it is a healthy OpenCode, and names what is wrong if not.
// Used by the health poller and by the form, so that both always agree.
import * as v from "valibot"
import { HealthSchema } from "../../shared/health.ts"
import { forwardPath, fromTargetHeader } from "../../shared/paths.ts"
import { ProblemBodySchema, problemType } from "../../shared/problems.ts"
import { parseJson } from "../base/parse-json.ts"
import { underPrefix } from "../base/prefix.ts"
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"
import { targetHeaders } from "./target-headers.ts"

export type ProbeTarget = Pick<Server, "url" | "username" | "password">
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>
export type ProbeOptions = { fetch?: Fetch; now?: () => number; timeoutMs?: number; signal?: AbortSignal }

export const probeTimeoutMs = 8_000

/** Rejects only with the reason of `options.signal`. */
export async function probe(server: ProbeTarget, options: ProbeOptions = {}): Promise<ServerHealth> {
  const timeoutMs = options.timeoutMs ?? probeTimeoutMs
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline.signal]) : deadline.signal
  let answered = false
  const get = async (path: string) => {
    const response = await (options.fetch ?? fetch)(underPrefix(forwardPath + path), {
      headers: { ...targetHeaders(server), accept: "application/json" },
      cache: "no-store",
      signal,
    })
    answered = true
    return response
  }
  try {
    return await ask(get, server, options.now ?? (() => performance.now()))
  } catch (error) {
    options.signal?.throwIfAborted()
    if (deadline.signal.aborted) return failed(`No answer within ${Math.round(timeoutMs / 1000)} s.`)
    // A TypeError is how fetch says that the connection failed; anything else is a bug of ours.
    if (!(error instanceof TypeError)) throw error
    return failed(
      answered
        ? "The server's answer broke off in the middle."
        : "Sandbar's proxy does not answer. Check your network and whether Sandbar is still running.",
    )
  } finally {
    clearTimeout(timer)
  }
}

type Get = (path: string) => Promise<Response>

async function ask(get: Get, server: ProbeTarget, now: () => number): Promise<ServerHealth> {
  const started = now()
  const response = await get("global/health")
  const latencyMs = Math.round(now() - started)
  if (!response.headers.has(fromTargetHeader)) return ownAnswer(response)
  if (response.status === 401) return { kind: server.password ? "wrong-password" : "needs-password" }
  const body = await readJson(response)
  const health = v.safeParse(HealthSchema, body)
  if (response.ok && health.success) return { kind: "healthy", version: health.output.version, latencyMs }
  if (response.status >= 500) return failed(`The server answers with an error (status ${response.status}).`)
  if (response.ok && isUnhealthy(body))
    return failed("The server says that it is not healthy. Look at its log.")
  return otherKind(get)
}

/** OpenCode 2 serves only /api; everything else at this address is not OpenCode. */
async function otherKind(get: Get): Promise<ServerHealth> {
  const response = await get("api/health")
  const body = response.ok ? await readJson(response) : undefined
  if (v.is(v.object({ healthy: v.literal(true) }), body)) {
    return { kind: "unsupported", reason: "OpenCode 2 is not supported yet. Use a server of version 1." }
  }
  return {
    kind: "foreign",
    reason: "Something answers here, but it is not an OpenCode server. Check the port.",
  }
}

/** The answer of the proxy, or of a gateway in front of it. */
async function ownAnswer(response: Response): Promise<ServerHealth> {
  const type = response.headers.get("content-type") ?? ""
  const problem = v.safeParse(
    ProblemBodySchema,
    type.startsWith(problemType) ? await readJson(response) : undefined,
  )
  if (problem.success && problem.output.code === "local.starting") {
    return { kind: "starting", reason: problem.output.detail }
  }
  if (problem.success && problem.output.code === "target.forbidden") {
    return { kind: "forbidden", reason: problem.output.detail }
  }
  if (problem.success) return failed(problem.output.detail)
  return failed(
    `Sandbar's proxy did not answer this (status ${response.status}). Reload the page; you may have to sign in again.`,
  )
}

function failed(reason: string): ServerHealth {
  return { kind: "failed", reason }
}

function isUnhealthy(body: unknown): boolean {
  return v.is(v.object({ healthy: v.boolean() }), body)
}

/** Undefined for anything that is not JSON; a body that breaks off rejects. */
async function readJson(response: Response): Promise<unknown> {
  return parseJson(await response.text())
}
