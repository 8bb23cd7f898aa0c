// What the layers of the proxy tell each other about one request.
import type { Context } from "hono"
import type { ProblemCode } from "../shared/problems.ts"

/** Bun's server, as far as a request needs it; absent in tests that call `app.request`. */
export type Connection = Pick<Bun.Server<unknown>, "requestIP" | "timeout"> &
  Partial<Pick<Bun.Server<unknown>, "upgrade">>

export type TargetClass = "managed" | "pattern" | "exact"

export type ProxyEnv = {
  Bindings: { connection?: Connection }
  Variables: {
    requestId: string
    /** Who shares one set of limits: a person where there is an identity, else an address. */
    client: string
    user: string | null
    /** The route's name in the metrics; a short list of words, never a path. */
    route?: "forward" | "probe" | "ticket" | "socket" | "kernels" | "config" | "sandboxes" | "ui" | "operator"
    /** Host and port of the target, for the log. */
    target?: string
    targetClass?: TargetClass
    /** Why the request was refused. */
    problem?: ProblemCode
  }
}

export type ProxyContext = Context<ProxyEnv>
