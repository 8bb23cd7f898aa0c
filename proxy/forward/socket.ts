// One WebSocket to a target.
import { Problem } from "../../shared/problems.ts"
import { failureOf } from "./failure.ts"
import { requestPasses } from "./headers.ts"
import type { Exchange } from "./http.ts"

export type SocketExchange = Omit<Exchange, "forwardBase" | "slot">
export type DialSocketOptions = { viaToken: string; connectMs?: number }

/** The DOM's types hide what Bun's constructor takes. */
const BunWebSocket = WebSocket as unknown as new (url: URL, options: Bun.WebSocketOptions) => Bun.WebSocket

/**
 * Open, and paused: what the target says first waits in order until somebody reads it. Throws a Problem, or an
 * AbortError when the client has gone.
 */
export async function dialSocket(
  exchange: SocketExchange,
  options: DialSocketOptions,
): Promise<Bun.WebSocket> {
  const { name, request } = exchange
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  request.signal.throwIfAborted()
  const upstream = beginSocket(exchange, options.viaToken)
  upstream.pause()
  upstream.onopen = () => resolve()
  upstream.onerror = ({ error }) => reject(refusalOf(name, error))
  const leave = () => reject(request.signal.reason)
  request.signal.addEventListener("abort", leave)
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
    // Bun also aborts it when an upgraded connection ends.
    request.signal.removeEventListener("abort", leave)
  }
}

function beginSocket(exchange: SocketExchange, viaToken: string): Bun.WebSocket {
  const { request, target, authorization, requestId } = exchange
  const headers = new Headers()
  const context = { incoming: request.headers, host: target.authority, authorization, viaToken, requestId }
  for (const pass of requestPasses) pass(headers, context)
  const offered = request.headers.get("sec-websocket-protocol")
  try {
    // `HTTP_PROXY` in the environment is nothing to Bun's WebSocket, unlike to its `fetch`.
    return new BunWebSocket(dialUrl(exchange), {
      headers,
      protocols: offered === null ? [] : offered.split(",").map((protocol) => protocol.trim()),
      perMessageDeflate: false,
      ...(target.scheme === "https" ? { tls: { serverName: target.host } } : {}),
    })
  } catch (cause) {
    throw new Problem("request.malformed", "The offered subprotocols are no list of names.", { cause })
  }
}

/** Set part by part: nothing in a path can change the host of a URL that stands already. */
function dialUrl({ target, address, path }: SocketExchange): URL {
  const host = address.includes(":") ? `[${address}]` : address
  const url = new URL(`${target.scheme === "https" ? "wss" : "ws"}://${host}:${target.port}`)
  const query = path.indexOf("?")
  url.pathname = query < 0 ? path : path.slice(0, query)
  url.search = query < 0 ? "" : path.slice(query)
  return url
}

/** A refusal over HTTP has no error code, only a message with the status. */
function refusalOf(name: string, error: unknown): Problem {
  if (error instanceof Error && "code" in error && error.code) return failureOf(name, error)
  return new Problem("target.upgrade", `${name} does not open a WebSocket at this address.`, { cause: error })
}
