// One WebSocket to a target.
import { Problem } from "../../shared/problems.ts"
import { dialUrl, type Exchange, headersForTarget } from "./exchange.ts"
import { failureOf } from "./failure.ts"

export type DialSocketOptions = { viaToken: string; connectMs?: number }

/** The DOM's types hide what Bun's constructor takes. */
const BunWebSocket = WebSocket as unknown as new (url: string, options: Bun.WebSocketOptions) => Bun.WebSocket

/**
 * Open, and paused: what the target says first waits in order until somebody reads it. Throws a Problem, or an
 * AbortError when the client has gone.
 */
export async function dialSocket(exchange: Exchange, options: DialSocketOptions): Promise<Bun.WebSocket> {
  const { name, request } = exchange
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  request.signal.throwIfAborted()
  const upstream = beginSocket(exchange, options.viaToken)
  upstream.pause()
  upstream.onopen = () => resolve()
  upstream.onerror = ({ error }) => reject(refusalOf(name, error))
  request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true })
  // Bun's WebSocket waits for ever.
  const late = () => reject(new Problem("target.timeout", `${name} did not open the WebSocket in time.`))
  const timer = setTimeout(late, options.connectMs ?? 10_000)
  try {
    await promise
    // From here on it can only end with an event, and whoever reads it hears that.
    if (upstream.readyState !== WebSocket.OPEN) throw refusalOf(name, undefined)
    return upstream
  } catch (error) {
    upstream.terminate()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function beginSocket(exchange: Exchange, viaToken: string): Bun.WebSocket {
  const { request, target } = exchange
  const url = dialUrl(exchange).replace(/^http/, "ws")
  const offered = request.headers.get("sec-websocket-protocol")
  try {
    // `HTTP_PROXY` in the environment is nothing to Bun's WebSocket, unlike to its `fetch`.
    return new BunWebSocket(url, {
      headers: headersForTarget(exchange, viaToken),
      protocols: offered === null ? [] : offered.split(",").map((protocol) => protocol.trim()),
      perMessageDeflate: false,
      ...(target.scheme === "https" ? { tls: { serverName: target.host } } : {}),
    })
  } catch (cause) {
    throw new Problem("request.malformed", "The offered subprotocols are no list of names.", { cause })
  }
}

/** A refusal over HTTP has no error code, only a message with the status. */
function refusalOf(name: string, error: unknown): Problem {
  if (error instanceof Error && "code" in error && error.code) return failureOf(name, error)
  return new Problem("target.upgrade", `${name} does not open a WebSocket at this address.`, { cause: error })
}
