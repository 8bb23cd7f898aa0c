// One request to one target and its answer, streaming in both directions.
import { Problem } from "../../shared/problems.ts"
import type { Drain } from "../drain.ts"
import type { Metrics } from "../metrics.ts"
import type { Deadlines } from "./deadlines.ts"
import { passAnswer } from "./download.ts"
import { dialUrl, type Exchange, headersForTarget } from "./exchange.ts"
import { failureOf } from "./failure.ts"
import { type ResponseContext, responsePasses } from "./headers.ts"
import { type UploadFault, watchUpload } from "./upload.ts"

export type Fetch = (url: string, init: BunFetchRequestInit) => Promise<Response>

export type HttpExchange = Exchange & {
  /** Where the browser finds this target's paths: the prefix and `api/proxy`, no trailing slash. */
  forwardBase: string
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
export async function sendToTarget(exchange: HttpExchange, options: SendOptions): Promise<Response> {
  const { request, target, name } = exchange
  // Who left while the server was looked up rings no bell any more.
  request.signal.throwIfAborted()
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
      headers: headersForTarget(exchange, options.viaToken),
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
    signal: giveUp.signal,
    onFault: (fault) => giveUp.abort(faults[fault]()),
    onBytes: (count) => options.metrics.bytes("to_target", count),
  })
}

export function tooLarge(mostBytes: number): Problem {
  const detail = `A request may carry at most ${Math.floor(mostBytes / 1_048_576)} MiB here. Send less at once.`
  return new Problem("request.too-large", detail)
}

function download(response: Response, exchange: HttpExchange, options: SendOptions): Promise<Response> {
  const { request, name, slot, isEnded } = exchange
  const isStream = response.headers.get("content-type")?.toLowerCase().startsWith("text/event-stream")
  if (isStream) {
    options.drain.requireRunning()
    slot.toStream()
  }
  return passAnswer(response, {
    onBytes: (count) => options.metrics.bytes("to_client", count),
    onEnd: (how) => {
      slot.release()
      if (how === "cut" && !request.signal.aborted && !isEnded?.()) options.onCut(name)
    },
    ...(isStream ? { onStop: options.drain.onStop } : {}),
  })
}

function checked(response: Response, context: ResponseContext & { name: string }): Response {
  // `new Response` and Bun's server both throw on such a status; the target must not end our process.
  if (response.status < 200 || response.status > 599) {
    const detail = `${context.name} answered with the impossible status ${response.status}.`
    throw new Problem("target.invalid", detail)
  }
  // RFC 9112 §6.3: chunks win over a length; believed, a small one would have us read an endless answer into memory.
  if (response.headers.has("transfer-encoding")) response.headers.delete("content-length")
  for (const pass of responsePasses) pass(response.headers, context)
  return response
}
