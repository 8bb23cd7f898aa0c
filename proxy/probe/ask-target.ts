// One short question to a target, on the way of a forwarded request: checked address, header passes, no redirects.
import { targetAuthorizationHeader } from "../../shared/paths.ts"
import { Problem } from "../../shared/problems.ts"
import type { Route } from "../forward/exchange.ts"
import { type SendOptions, sendToTarget } from "../forward/http.ts"

export type Answer = {
  status: number
  ok: boolean
  type: string
  /** As much as was asked for. */
  text: string
}

export type AskOptions = { mostBytes?: number; signal?: AbortSignal; anonymous?: boolean }
export type AskTarget = (path: string, options?: AskOptions) => Promise<Answer>

export type AskDeps = Pick<SendOptions, "fetch" | "viaToken" | "drain">
export type Asker = {
  route: Route
  authorization: string | undefined
  requestId: string
  signal: AbortSignal
}

/** Far more than the health of a server takes, and enough of a web page to find its title. */
const mostBytesByDefault = 65_536
const ignore = () => undefined
/** The probe as a whole holds a place among the client's requests, and stands in no figure about forwarded ones. */
const sendOptions = {
  metrics: { bytes: ignore, firstByte: ignore },
  deadlines: () => ignore,
  onCut: ignore,
  mostBytes: 0,
}
const slot = { toStream: ignore, release: ignore }

export function makeAskTarget(deps: AskDeps, asker: Asker): AskTarget {
  return async (path, options = {}) => {
    const { mostBytes = mostBytesByDefault, signal = asker.signal, anonymous = false } = options
    const authorization = anonymous ? undefined : asker.authorization
    const headers = {
      accept: "application/json",
      ...(authorization ? { [targetAuthorizationHeader]: authorization } : {}),
    }
    const request = new Request("http://sandbar/", { headers, signal })
    const { requestId, route } = asker
    const exchange = { ...route, request, path, forwardBase: "", requestId, slot }
    const response = await sendToTarget(exchange, { ...deps, ...sendOptions })
    return {
      status: response.status,
      ok: response.ok,
      type: response.headers.get("content-type") ?? "",
      text: await readText(response, mostBytes, signal, route.name),
    }
  }
}

/** No further than `mostBytes`: the rest of an endless answer is not fetched, and nothing is ever decompressed. */
async function readText(
  response: Response,
  mostBytes: number,
  signal: AbortSignal,
  name: string,
): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ""
  const decoder = new TextDecoder()
  let left = mostBytes
  let text = ""
  try {
    while (left > 0) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      text += decoder.decode(value.subarray(0, left), { stream: true })
      left -= value.length
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw new Problem("target.unreachable", `${name} broke its answer off in the middle.`, { cause })
  }
  await reader.cancel()
  return text
}
