// The only place where OpenCode's client is made. Every failure leaves it as a Failure with a sentence.
import { createOpencodeClient, type OpencodeClient } from "@opencode-ai/sdk/v2/client"
import { forwardPath } from "../../shared/paths.ts"
import { makeTurns } from "../../shared/turns.ts"
import { underPrefix } from "../base/prefix.ts"
import type { Server } from "../servers/server.ts"
import { targetHeaders } from "../servers/target-headers.ts"
import { browserClock, type Clock } from "./clock.ts"
import { Failure, failureOf, failureOfAnswer, isPage, tooLate } from "./failure.ts"

export type Fetch = (request: Request) => Promise<Response>

/** `fetch` that knows the server: takes a path such as `global/event`, or the client's own requests. */
export type ServerFetch = (request: Request | string, init?: RequestInit) => Promise<Response>

/** Our proxy never redirects; a gateway that does wants us to sign in, on a page that is not for fetch. */
const sendRequest: Fetch = (request) => fetch(request, { redirect: "manual" })

/** No request of ours takes longer to be answered. A connection that went dead in silence would hold it for ever. */
export const answerMs = 30_000

/** What a request for the event stream accepts. */
export const eventStream = "text/event-stream"

/**
 * A browser opens six connections to one origin over HTTP/1.1. A server that takes long over everything, as one that has
 * just started does, would hold them all, and no press on a button and no other tab would leave the browser any more. With
 * the event stream, one of them stays free.
 */
function questionsAtOnce(): number {
  const [page] = performance.getEntriesByType?.("navigation") ?? []
  const protocol = (page as PerformanceNavigationTiming | undefined)?.nextHopProtocol ?? ""
  return protocol.startsWith("http/1") ? 4 : Number.POSITIVE_INFINITY
}

/** Answers with a 2xx that is not a web page, or rejects with a Failure; an abort stays an abort. */
export function makeServerFetch(
  server: Server,
  send: Fetch = sendRequest,
  clock: Clock = browserClock,
  atOnce = questionsAtOnce(),
): ServerFetch {
  const turns = makeTurns(atOnce)
  return async (target, init) => {
    const request = typeof target === "string" ? new Request(forwardUrl(target), init) : target
    // Here and not in an interceptor of the client: one of its own rewrites headers into the query, and
    // picks the parameter by a path that does not expect a prefix.
    for (const [name, value] of Object.entries(targetHeaders(server))) request.headers.set(name, value)
    // What a person does waits for nothing, and the event stream would keep its place for ever.
    const waits = request.method === "GET" && request.headers.get("accept") !== eventStream
    const ask = () => inTime(request, send, clock)
    const response = await (waits ? turns(request.signal, ask) : ask())
    if (response.ok && !isPage(response)) return response
    throw await failureOfAnswer(response, server.password !== undefined && server.password !== "")
  }
}

/** `request.signal` goes on to count while the body is read; the deadline does not. */
async function inTime(request: Request, send: Fetch, clock: Clock): Promise<Response> {
  const late = new AbortController()
  const cancel = clock.after(answerMs, () => late.abort(tooLate()))
  try {
    return await send(new Request(request, { signal: AbortSignal.any([request.signal, late.signal]) }))
  } catch (error) {
    request.signal.throwIfAborted()
    throw failureOf(late.signal.aborted ? late.signal.reason : error)
  } finally {
    cancel()
  }
}

export function makeClient(serverFetch: ServerFetch): OpencodeClient {
  return createOpencodeClient({
    baseUrl: forwardUrl("").replace(/\/$/, ""),
    fetch: serverFetch as typeof fetch,
  })
}

type Result<T> = { data?: T | undefined; error?: unknown; response?: Response | undefined }

/** The data of a call to the client, or a rejection with a Failure. */
export async function answer<T>(call: Promise<Result<T>>): Promise<NonNullable<T>> {
  return (await answerWithHeaders(call)).data
}

export async function answerWithHeaders<T>(
  call: Promise<Result<T>>,
): Promise<{ data: NonNullable<T>; headers: Headers }> {
  const result = await call.catch((error: unknown) => {
    throw isAbort(error) ? error : failureOf(error)
  })
  if (result.error !== undefined) throw isAbort(result.error) ? result.error : failureOf(result.error)
  // 204 says that there is none.
  if (result.response?.status !== 204 && (result.data === undefined || result.data === null)) {
    throw new Failure("The server answered without data. Try again.", { status: result.response?.status })
  }
  return { data: result.data as NonNullable<T>, headers: result.response?.headers ?? new Headers() }
}

function isAbort(error: unknown): boolean {
  return typeof error === "object" && error !== null && "name" in error && error.name === "AbortError"
}

function forwardUrl(path: string): string {
  return new URL(underPrefix(forwardPath + path), location.origin).href
}
