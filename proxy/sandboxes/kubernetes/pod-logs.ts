// The log of a sandbox: first that of its clone, then that of its server, over restarts of both.
import { isStatus } from "./api-error.ts"
import { pathOf } from "./cluster-api.ts"
import { type Piece, readPieces } from "./json-lines.ts"
import { initContainer, podName, serverContainer } from "./names.ts"
import type { Transport } from "./transport.ts"

export type LogOptions = {
  transport: Pick<Transport, "send">
  namespace: string
  id: string
  /** Fulfilled when it makes sense to look again: something about the pod has changed, or some time has passed. */
  changed: () => Promise<unknown>
  tail: number
  follow: boolean
  signal: AbortSignal
}

export async function* podLogs(options: LogOptions): AsyncGenerator<string> {
  const told = new Map<string, string>()
  for (;;) {
    for (const container of containers) {
      const since = told.get(container) ?? ""
      const answer = await open(options, container, since)
      if (!answer) continue
      let isTold = false
      for await (const piece of piecesOf(answer, options.signal)) {
        const { time, text } = parted(piece)
        // The API server looks back by whole seconds, so what was told comes once more.
        if (piece.begins) isTold = time !== "" && time <= since
        if (isTold) continue
        if (time !== "") told.set(container, time)
        yield text
      }
    }
    if (!options.follow || options.signal.aborted) return
    await options.changed()
  }
}

const containers = [initContainer, serverContainer]
/** As the container runtimes part lines. An agent may write on and on without ending one. */
const longestLine = 16_384

async function open(
  { transport, namespace, id, tail, follow, signal }: LogOptions,
  container: string,
  since: string,
): Promise<Response | undefined> {
  const query = new URLSearchParams({ container, timestamps: "true", follow: String(follow) })
  if (since === "") query.set("tailLines", String(tail))
  else query.set("sinceTime", since)
  try {
    return await transport.send(`${pathOf("pods", namespace, podName(id))}/log?${query}`, {
      signal,
      endless: true,
      headers: { accept: "*/*" },
    })
  } catch (error) {
    if (signal.aborted) return undefined
    // The pod, the container or its log do not exist (yet), or the kubelet that has it is out of reach.
    const isNotYet = [400, 404, 500, 502, 503].some((code) => isStatus(error, code))
    if (isNotYet) return undefined
    throw error
  }
}

async function* piecesOf(response: Response, signal: AbortSignal): AsyncGenerator<Piece> {
  try {
    yield* readPieces(response, longestLine)
  } catch (error) {
    // Cut off: by whoever followed it, or by a restart in between; the next round goes on where this one was.
    if (!(error instanceof Error)) throw error
    if (!signal.aborted) return
  }
}

/** Every line begins with its time (RFC 3339 in nanoseconds) and a space. */
function parted({ text: line, begins }: Piece): { time: string; text: string } {
  const found = begins ? /^(\d{4}-\S+Z) (.*)$/s.exec(line) : null
  return { time: found?.[1] ?? "", text: Bun.stripANSI(found?.[2] ?? line).replace(/\r$/, "") }
}
