// Requests to the API server over Bun's own fetch. Under Bun, the fetch that the client library would use takes no notice
// of the kubeconfig's CA and client certificates (oven-sh/bun#38840). Its generated calls turn times into Dates and drop
// fields that they do not know, which a watch does not: so objects stay as they are on the wire, and only the library's
// KubeConfig and its types are used.
import { isStatus, StatusError, statusErrorOf, UnreachableError } from "./api-error.ts"
import type { CredentialSource } from "./credentials.ts"

export type TransportOptions = {
  fetch?: typeof globalThis.fetch
  sleep?: (ms: number) => Promise<unknown>
  timeoutMs?: number
}

export type Request = {
  method?: string
  body?: string
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
  /** The answer goes on for as long as the caller wants: a watch, a log that is followed. */
  endless?: boolean
}

export type Transport = {
  /** Gives answers of 2xx only; throws a StatusError, an UnreachableError, or the reason of the signal. */
  send: (path: string, request?: Request) => Promise<Response>
  json: <T>(path: string, request?: Request) => Promise<T>
}

const mostBusyAnswers = 3
const longestWaitMs = 5_000

export function makeTransport(credentials: CredentialSource, options: TransportOptions = {}): Transport {
  const { fetch = globalThis.fetch, sleep = Bun.sleep, timeoutMs = 30_000 } = options

  async function exchange(path: string, request: Request): Promise<Response> {
    const { server, tls, headers, proxy } = await credentials.get()
    // Of an endless answer only the beginning has to come in time.
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error("no answer in time")), timeoutMs)
    const signals = [late.signal, ...(request.signal ? [request.signal] : [])]
    try {
      const response = await fetch(server + path, {
        method: request.method ?? "GET",
        headers: { accept: "application/json", ...request.headers, ...headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        // A bearer token must not follow a redirect.
        redirect: "error",
        signal: AbortSignal.any(signals),
        tls,
        ...(proxy === undefined ? {} : { proxy }),
        // Bun ends a body that is silent for some minutes, as a quiet watch is.
        ...(request.endless ? { timeout: false } : {}),
      } as BunFetchRequestInit)
      if (response.ok) return request.endless ? response : await readWhole(response)
      throw statusErrorOf(response.status, await response.text())
    } catch (error) {
      request.signal?.throwIfAborted()
      throw error instanceof StatusError ? error : new UnreachableError(server, error)
    } finally {
      clearTimeout(timer)
    }
  }

  async function readWhole(response: Response): Promise<Response> {
    return new Response(await response.text(), response)
  }

  async function send(path: string, request: Request = {}): Promise<Response> {
    let renewed = false
    for (let busy = 0; ; ) {
      try {
        return await exchange(path, request)
      } catch (error) {
        if (isStatus(error, 401) && !renewed) {
          renewed = true
          credentials.renew()
        } else if (isStatus(error, 429) && busy < mostBusyAnswers) {
          busy += 1
          await sleep(Math.min((error.retryAfterSeconds ?? 1) * 1_000, longestWaitMs))
        } else throw error
      }
    }
  }

  return {
    send,
    json: async <T>(path: string, request?: Request) => (await (await send(path, request)).json()) as T,
  }
}
