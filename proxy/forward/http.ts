// One request to one target and its answer, streaming in both directions.
import { Problem } from "../../shared/problems.ts"
import type { Drain } from "../drain.ts"
import type { Metrics } from "../metrics.ts"
import type { Deadlines } from "./deadlines.ts"
import { passAnswer } from "./download.ts"
import { failureOf } from "./failure.ts"
import { type ResponseContext, requestPasses, responsePasses } from "./headers.ts"
import type { Target } from "./target.ts"
import { type UploadFault, watchUpload } from "./upload.ts"

export type Fetch = (url: string, init: BunFetchRequestInit) => Promise<Response>

export type Exchange = {
  request: Request
  /** The path and the query at the target; starts with a slash. */
  path: string
  target: Omit<Target, "rule">
  /** What a person calls the target, at the beginning of a sentence. */
  name: string
  /** The checked address; what is dialled instead of the name. */
  address: string
  authorization: string | undefined
  forwardBase: string
  /** For the target's log to be read beside ours. */
  requestId: string
  /** What this request holds until its answer has been passed on. */
  slot: { toStream: () => void; release: () => void }
}

export type SendOptions = {
  fetch: Fetch
  viaToken: string
  mostBytes: number
  /** Until the headers of an answer. Model calls hold them back until the first token. */
  deadlines: Deadlines
  uploadStallMs?: number
  drain: Drain
  metrics: Pick<Metrics, "bytes" | "firstByte">
  /** Told when a target breaks off in the middle of an answer that somebody still reads. */
  onCut: (name: string) => void
}

/** Throws a Problem, or an AbortError when the client has gone; the slot is the caller's then. */
export async function sendToTarget(exchange: Exchange, options: SendOptions): Promise<Response> {
  const { request, target, name } = exchange
  const giveUp = new AbortController()
  const late = () =>
    giveUp.abort(new Problem("target.timeout", `${name} took the request but did not answer it.`))
  const inTime = options.deadlines(late)
  // Without this, a client that leaves before the headers never reaches the target.
  request.signal.addEventListener("abort", () => giveUp.abort(request.signal.reason), { once: true })
  const began = performance.now()
  try {
    const response = await options.fetch(dialUrl(exchange), {
      method: request.method,
      headers: requestHeaders(exchange, options.viaToken),
      ...(request.body ? { body: upload(request.body, name, giveUp, options) } : {}),
      signal: giveUp.signal,
      // A redirect would lead to a host that nobody checked.
      redirect: "manual",
      // Bun would decode the body and leave `Content-Encoding` on it.
      decompress: false,
      // The default ends a silent stream after six minutes.
      timeout: 0,
      // `HTTP_PROXY` in the environment would take the traffic, even to 127.0.0.1.
      proxy: false as never,
      ...(target.scheme === "https" ? { tls: { serverName: target.host } } : {}),
    } as BunFetchRequestInit)
    options.metrics.firstByte((performance.now() - began) / 1_000)
    return await download(checked(response, exchange), exchange, options)
  } catch (error) {
    // An answer that we refuse to pass on would keep its connection until the garbage collector comes by.
    giveUp.abort(error)
    const reason: unknown = giveUp.signal.reason
    if (reason instanceof Problem || request.signal.aborted) throw reason
    throw failureOf(name, reason)
  } finally {
    inTime()
  }
}

function upload(
  body: ReadableStream<Uint8Array>,
  name: string,
  giveUp: AbortController,
  options: SendOptions,
): ReadableStream<Uint8Array> {
  const faults: Record<UploadFault, () => Problem> = {
    client: () => new Problem("request.stalled", "The request's body stopped arriving. Send it again."),
    target: () => new Problem("target.timeout", `${name} stopped taking the request's body.`),
    "too-large": () => tooLarge(options.mostBytes),
  }
  return watchUpload(body, {
    stallMs: options.uploadStallMs ?? 60_000,
    mostBytes: options.mostBytes,
    onFault: (fault) => giveUp.abort(faults[fault]()),
    onBytes: (count) => options.metrics.bytes("to_target", count),
  })
}

export function tooLarge(mostBytes: number): Problem {
  const detail = `A request may carry at most ${Math.floor(mostBytes / 1_048_576)} MiB here. Send less at once.`
  return new Problem("request.too-large", detail)
}

function download(response: Response, exchange: Exchange, options: SendOptions): Promise<Response> {
  const { request, name, slot } = exchange
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true
  if (isStream) {
    options.drain.requireRunning()
    slot.toStream()
  }
  return passAnswer(response, {
    onBytes: (count) => options.metrics.bytes("to_client", count),
    onEnd: (how) => {
      slot.release()
      if (how === "cut" && !request.signal.aborted) options.onCut(name)
    },
    ...(isStream ? { onStop: options.drain.onStop } : {}),
  })
}

function requestHeaders(exchange: Exchange, viaToken: string): Headers {
  const { request, target, authorization, requestId } = exchange
  const headers = new Headers()
  const context = { incoming: request.headers, host: target.authority, authorization, viaToken, requestId }
  for (const pass of requestPasses) pass(headers, context)
  return headers
}

/** The path is appended to a pinned origin; that the result still leads there is asserted, not assumed. */
function dialUrl({ target, address, path }: Exchange): string {
  const host = address.includes(":") ? `[${address}]` : address
  const origin = `${target.scheme}://${host}${target.authority.slice(target.host.length)}`
  const url = `${origin}${path}`
  if (!path.startsWith("/") || URL.parse(url)?.origin !== origin)
    throw new Problem("request.malformed", "The path to forward has to start with a slash.")
  return url
}

function checked(response: Response, context: ResponseContext & { name: string }): Response {
  // `new Response` and Bun's server both throw on such a status; the target must not end our process.
  if (response.status < 200 || response.status > 599) {
    const detail = `${context.name} answered with the impossible status ${response.status}.`
    throw new Problem("target.invalid", detail)
  }
  for (const pass of responsePasses) pass(response.headers, context)
  return response
}
