// The way from one tab to the model servers: every request and every byte takes its time, and everything that can
// happen to a connection happens here.

import { underWayMs } from "../../app/chat/outbox-entry.ts"
import type { Fetch } from "../../app/connection/client.ts"
import type { Clock } from "../../app/connection/clock.ts"
import { fromTargetHeader, targetHeader } from "../../shared/paths.ts"
import { answerModel, type ModelAnswer } from "./model-routes.ts"
import type { ModelServer } from "./model-server.ts"

export type Trouble = "gateway" | "unreachable" | "hang"

export type ModelNetwork = {
  fetch: Fetch
  /** The streams break; `half`: in the middle of an event. Requests under way break by chance. */
  cut: (half: boolean) => void
  /** The streams end as if all was well. */
  close: () => void
  /** Nothing comes through the streams any more, and nobody is told. */
  stall: () => void
  /** What was sent last comes again. */
  repeat: () => void
  /** What requests meet until it is over. */
  trouble: (kind: Trouble, ms: number) => void
  heal: () => void
  streams: () => number
}

const heartbeatMs = 10_000
const longestHangMs = 30_000
const beat = 'data: {"payload":{"id":"evt_0","type":"server.heartbeat","properties":{}}}\n\n'

type Stream = {
  write: (text: string) => void
  end: (how: "close" | "cut" | "half" | "stall") => void
  last: string
}

export function makeModelNetwork(
  clock: Clock,
  random: () => number,
  servers: ReadonlyMap<string, ModelServer>,
  /** What reaches the tab. The way there does not stop when the tab does. */
  task: (run: () => void) => void,
): ModelNetwork {
  const streams = new Set<Stream>()
  const underWay = new Set<() => void>()
  let trouble: { kind: Trouble; over: () => void } | undefined

  const delay = () => {
    const luck = random()
    if (luck < 0.02) return 3_000 * random()
    return luck < 0.15 ? 400 * random() : 20 * random()
  }

  /** Resolves after a while; rejects as `fetch` does when the connection breaks or the caller leaves. */
  const travel = (signal: AbortSignal, ms = delay()) =>
    new Promise<void>((resolve, reject) => {
      const leave = (finish: () => void) => {
        cancel()
        underWay.delete(broken)
        signal.removeEventListener("abort", aborted)
        finish()
      }
      const broken = () => leave(() => reject(new TypeError("Failed to fetch")))
      const aborted = () => leave(() => reject(signal.reason))
      const cancel = clock.after(ms, () => leave(resolve))
      underWay.add(broken)
      signal.addEventListener("abort", aborted)
      if (signal.aborted) aborted()
    })

  const hang = (signal: AbortSignal) => travel(signal, longestHangMs).then(() => gateway(504))

  const ask = async (request: Request): Promise<Response> => {
    const { signal } = request
    const url = new URL(request.url)
    const path = url.pathname.replace(/^.*\/api\/proxy\//, "")
    const server = servers.get(request.headers.get(targetHeader) ?? "")
    const body = await request.text()
    // The outbox waits so long before it looks whether a request arrived; nobody could wait for ever.
    const longest = request.method === "GET" ? Number.POSITIVE_INFINITY : underWayMs - 100
    await travel(signal, Math.min(delay(), longest))
    if (trouble?.kind === "unreachable") throw new TypeError("Failed to fetch")
    if (trouble?.kind === "hang") return hang(signal)
    if (trouble?.kind === "gateway" || !server?.up()) return gateway(502)
    if (path === "global/event") return openStream(server, signal)
    const answer = answerModel(server, request.method, path, url.searchParams, body)
    const text = answer.body === undefined ? null : JSON.stringify(answer.body)
    await travel(signal)
    return respond(answer, text)
  }

  const openStream = async (server: ModelServer, signal: AbortSignal): Promise<Response> => {
    const { body, stream, stop } = makeStream(clock, random, delay, task, () => streams.delete(stream))
    streams.add(stream)
    // As the real one does: it greets first and subscribes afterwards. Nobody is told of what happens in between.
    let [greeted, subscribed] = [false, false]
    const cancelSubscribing = clock.after(delay(), () => {
      subscribed = true
    })
    const hear = (frame: string) => {
      if (subscribed || !greeted) stream.write(frame)
      greeted = true
    }
    const leave = server.listen(hear, () => stream.end("cut"))
    let cancelBeat: () => void = () => undefined
    const goOn = () => {
      stream.write(beat)
      cancelBeat = clock.after(heartbeatMs, goOn)
    }
    cancelBeat = clock.after(heartbeatMs, goOn)
    stop(() => {
      leave()
      cancelSubscribing()
      cancelBeat()
    })
    signal.addEventListener("abort", () => stream.end("stall"))
    await travel(signal)
    return new Response(body, { headers: { "content-type": "text/event-stream", [fromTargetHeader]: "1" } })
  }

  return {
    fetch: (request) =>
      new Promise((resolve, reject) => {
        ask(request).then(
          (response) => task(() => resolve(response)),
          (error) => task(() => reject(error)),
        )
      }),
    cut(half) {
      for (const stream of [...streams]) stream.end(half ? "half" : "cut")
      for (const broken of [...underWay]) if (random() < 0.5) broken()
    },
    close: () => [...streams].forEach((stream) => void stream.end("close")),
    stall: () => [...streams].forEach((stream) => void stream.end("stall")),
    repeat() {
      for (const stream of streams) if (!stream.last.includes("part.delta")) stream.write(stream.last)
    },
    trouble(kind, ms) {
      trouble?.over()
      const cancel = clock.after(ms, () => trouble?.over())
      const over = () => {
        cancel()
        trouble = undefined
      }
      trouble = { kind, over }
    },
    heal: () => trouble?.over(),
    streams: () => streams.size,
  }
}

/** A stream whose bytes take their time and arrive in pieces, cut anywhere. */
function makeStream(
  clock: Clock,
  random: () => number,
  delay: () => number,
  task: (run: () => void) => void,
  gone: () => void,
) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let waiting: Uint8Array = new Uint8Array()
  let cancel: (() => void) | undefined
  let over = false
  const ends: (() => void)[] = []
  const body = new ReadableStream<Uint8Array>({
    start(one) {
      controller = one
    },
  })
  const deliver = (length: number) => {
    const bytes = waiting.slice(0, length)
    if (length > 0) task(() => controller?.enqueue(bytes))
    waiting = waiting.slice(length)
  }
  const flush = () => {
    cancel = undefined
    deliver(random() < 0.15 ? Math.floor(random() * waiting.length) : waiting.length)
    if (waiting.length > 0) cancel = clock.after(delay(), flush)
  }
  const stream: Stream = {
    last: "",
    write(text) {
      if (over) return
      stream.last = text
      waiting = concat(waiting, new TextEncoder().encode(text))
      cancel ??= clock.after(delay(), flush)
    },
    end(how) {
      if (over) return
      over = true
      cancel?.()
      if (how === "half") deliver(Math.floor(random() * waiting.length))
      if (how === "half" || how === "cut") task(() => controller?.error(new TypeError("network error")))
      if (how === "close") task(() => controller?.close())
      gone()
      for (const run of ends) run()
    },
  }
  return { body, stream, stop: (run: () => void) => void ends.push(run) }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function respond(answer: ModelAnswer, text: string | null): Response {
  const headers = { "content-type": "application/json", [fromTargetHeader]: "1", ...answer.headers }
  return new Response(text, { status: answer.status, headers })
}

/** A gateway's own page. */
function gateway(status: number): Response {
  return new Response("<h1>Bad gateway</h1>", { status, headers: { "content-type": "text/html" } })
}
