// Bun's server around the app.
import http from "node:http"
import type { Hono } from "hono"
import { Problem } from "../shared/problems.ts"
import type { Config } from "./config.ts"
import { type Pipe, pipeHandlers } from "./forward/pipe.ts"
import { mostHeaderBytes } from "./guard/plain-request.ts"
import type { Log } from "./log.ts"
import { problemResponse } from "./problem-answer.ts"
import type { ProxyEnv } from "./request-context.ts"

/** The running server, or the sentence that says why there is none. */
export function listen(
  app: Hono<ProxyEnv>,
  config: Pick<Config, "host" | "port">,
  log: Log,
): Bun.Server<Pipe> | string {
  // Above ours, so that the refusal has a sentence; Bun's own 431 has none. The type has it read-only.
  Object.assign(http, { maxHeaderSize: 4 * mostHeaderBytes })
  const inTurn = makeTurns(64)
  try {
    return Bun.serve({
      hostname: config.host,
      port: config.port,
      // A low one ends slow uploads although bytes arrive; forwarding turns it off for its own streams.
      idleTimeout: 255,
      // We count ourselves and answer with a sentence; Bun's own refusal has none, and would come first. What no
      // route reads, Bun throws away as it comes.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, connection) => inTurn(() => app.fetch(request, { connection })),
      websocket: pipeHandlers,
      // Bun's own page for errors shows source code.
      development: false,
      error: (err) => problemResponse(bodyProblem(err, log)),
    })
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code === "EADDRINUSE")
      return `Port ${config.port} on ${config.host} is in use. Stop the other program or set PORT.`
    if (code === "EACCES") return `Port ${config.port} needs more rights. Set PORT to one from 1024 up.`
    return `Nothing can listen on ${config.host}:${config.port} (${error instanceof Error ? error.message : error}).`
  }
}

/** The app answers its own failures; what arrives here broke while the body was being sent. */
function bodyProblem(err: Error, log: Log): Problem {
  if (err instanceof Problem) return err
  log.error({ err }, "an answer could not be sent")
  return new Problem("proxy.bug", "Sandbar could not answer this request. Its log says why.")
}

/** What a person opens: an address that listens on everything is reached by a name. */
export function listeningUrl(host: string, port: number, prefix: string): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host
  return `http://${name}:${port}${prefix}`
}

/**
 * Starvation: Bun goes on with the pipelined requests of one connection for as long as their answers come at once, and
 * with nobody else's. Beyond `most` in one turn of the event loop, the rest waits for the next.
 */
function makeTurns(most: number) {
  let taken = 0
  return <T>(work: () => T | Promise<T>): T | Promise<T> => {
    if (taken === 0)
      setImmediate(() => {
        taken = 0
      })
    taken += 1
    if (taken <= most) return work()
    return new Promise<void>((resolve) => setImmediate(resolve)).then(work)
  }
}
