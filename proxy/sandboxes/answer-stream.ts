// An answer without an end of its own: it holds a place among the client's streams, and ends when the client goes,
// when we stop, or after an hour.
import type { Drain } from "../drain.ts"
import type { Gate } from "../guard/limits.ts"
import type { Log } from "../log.ts"
import type { ProxyContext } from "../request-context.ts"
import { securityHeaders } from "../ui/security-headers.ts"

export type StreamDeps = {
  limits: Pick<Gate, "enter">
  drain: Pick<Drain, "requireRunning" | "onStop">
  log: Pick<Log, "warn">
  /** Turns Bun's idle timeout for one connection off (0) or back on, in seconds. */
  setIdleTimeout: (context: ProxyContext, seconds: number) => void
  lifeMs?: number
}

const hourMs = 3_600_000
const idleSeconds = 255

/** `texts` ends by itself soon after its signal. A client that reads slowly is waited for, nothing is piled up. */
export function answerStream(
  context: ProxyContext,
  contentType: string,
  texts: (signal: AbortSignal) => AsyncIterable<string>,
  deps: StreamDeps,
): Response {
  const headers = {
    ...securityHeaders("answer"),
    "content-type": contentType,
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  }
  // Nobody would read what follows, and so nothing would end it.
  if (context.req.raw.method === "HEAD") return new Response(null, { headers })
  deps.drain.requireRunning()
  const slot = deps.limits.enter("Sandbar", context.get("client"))
  const stop = new AbortController()
  const end = () => stop.abort()
  const timer = setTimeout(end, deps.lifeMs ?? hourMs)
  const forget = deps.drain.onStop(end)
  const release = () => {
    clearTimeout(timer)
    forget()
    end()
    slot.release()
    deps.setIdleTimeout(context, idleSeconds)
  }
  try {
    slot.toStream()
    deps.setIdleTimeout(context, 0)
    const signal = AbortSignal.any([context.req.raw.signal, stop.signal])
    signal.addEventListener("abort", release, { once: true })
    const body = bodyOf(texts(signal)[Symbol.asyncIterator](), signal, release, deps.log)
    return new Response(body, { headers })
  } catch (error) {
    release()
    throw error
  }
}

function bodyOf(
  texts: AsyncIterator<string>,
  signal: AbortSignal,
  release: () => void,
  log: StreamDeps["log"],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await texts.next()
          if (!done) return controller.enqueue(encoder.encode(value))
        } catch (err) {
          if (!signal.aborted) log.warn({ err }, "a stream about a sandbox broke off")
        }
        release()
        controller.close()
      },
      cancel() {
        release()
      },
    },
    { highWaterMark: 0 },
  )
}
