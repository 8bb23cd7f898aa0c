// One WebSocket to a target. By `ws`, because Bun's global WebSocket stores messages of up to 128 MiB from anybody,
// and does not say when it has sent what it was given.
import { WebSocket } from "ws"
import { Problem } from "../../shared/problems.ts"
import { dialUrl, type Exchange, headersForTarget } from "./exchange.ts"
import { failureOf } from "./failure.ts"

export type DialSocketOptions = { viaToken: string; connectMs?: number }

export const mostMessageBytes = 16 * 1_048_576

/**
 * Open, and paused: what the target says first waits in order until somebody reads it. Throws a Problem, or an
 * AbortError when the client has gone.
 */
export async function dialSocket(exchange: Exchange, options: DialSocketOptions): Promise<WebSocket> {
  const { name, request } = exchange
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  request.signal.throwIfAborted()
  const upstream = beginSocket(exchange, options.viaToken)
  upstream.once("open", () => {
    upstream.pause()
    resolve()
  })
  // Stays for as long as the socket does: an error that nobody hears would end the process.
  upstream.on("error", (error) => reject(refusalOf(name, error)))
  request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true })
  // Bun's WebSocket waits for ever.
  const late = () => reject(new Problem("target.timeout", `${name} did not open the WebSocket in time.`))
  const timer = setTimeout(late, options.connectMs ?? 10_000)
  try {
    await promise
    // From here on it can only end with an event, and whoever reads it hears that.
    if (upstream.readyState !== WebSocket.OPEN) throw refusalOf(name)
    return upstream
  } catch (error) {
    upstream.terminate()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function beginSocket(exchange: Exchange, viaToken: string): WebSocket {
  const { request, target } = exchange
  const url = dialUrl(exchange).replace(/^http/, "ws")
  const offered = request.headers.get("sec-websocket-protocol")
  try {
    // `HTTP_PROXY` in the environment is nothing to Bun's WebSocket, unlike to its `fetch`.
    const protocols = offered === null ? [] : offered.split(",").map((protocol) => protocol.trim())
    // `HTTP_PROXY` in the environment is nothing to it, unlike to `fetch`.
    return new WebSocket(url, protocols, {
      headers: Object.fromEntries(headersForTarget(exchange, viaToken)),
      maxPayload: mostMessageBytes,
      perMessageDeflate: false,
      ...(target.scheme === "https" ? { tls: { serverName: target.host } } : {}),
    })
  } catch (cause) {
    throw new Problem("request.malformed", "The offered subprotocols are no list of names.", { cause })
  }
}

/** A refusal over HTTP has no error code, only a message with the status. */
function refusalOf(name: string, cause?: Error & { code?: string }): Problem {
  if (cause?.code) return failureOf(name, cause)
  return new Problem("target.upgrade", `${name} does not open a WebSocket at this address.`, { cause })
}
