// Every failure that we expect, in one table: what a person reads and what a program matches on.
import * as v from "valibot"

/** Code → HTTP status and title. The detail sentence comes from where it happened. */
export const problems = {
  "request.malformed": { status: 400, title: "The request is malformed" },
  "request.cross-site": { status: 403, title: "The request came from another site" },
  "request.host": { status: 403, title: "This address is not one of ours" },
  "request.stalled": { status: 408, title: "The request did not arrive completely" },
  "request.method": { status: 405, title: "This method is not allowed here" },
  "request.too-large": { status: 413, title: "The request is too large" },
  "request.headers-too-large": { status: 431, title: "The request's headers are too large" },
  "identity.required": { status: 401, title: "Sign in first" },
  "ticket.invalid": { status: 403, title: "The ticket for this connection is not valid" },
  "limit.rate": { status: 429, title: "Too many requests in a short time" },
  "limit.client": { status: 429, title: "Too much at once from one place" },
  "limit.busy": { status: 503, title: "Too much at once" },
  "path.unknown": { status: 404, title: "There is nothing at this address" },
  "target.malformed": { status: 400, title: "The server address is malformed" },
  "target.forbidden": { status: 403, title: "This server is not allowed" },
  "target.name": { status: 502, title: "The server's name does not resolve" },
  "target.unreachable": { status: 502, title: "The server cannot be reached" },
  "target.certificate": { status: 502, title: "The server's certificate is not trusted" },
  "target.invalid": { status: 502, title: "The server's answer is not valid HTTP" },
  "target.upgrade": { status: 502, title: "The server does not open this connection" },
  "target.timeout": { status: 504, title: "The server did not answer in time" },
  "target.loop": { status: 508, title: "The server is this proxy itself" },
  "local.starting": { status: 503, title: "The local OpenCode server is starting" },
  "local.failed": { status: 503, title: "The local OpenCode server does not start" },
  "sandbox.malformed": { status: 400, title: "This sandbox cannot be made so" },
  "sandbox.unknown": { status: 404, title: "There is no such sandbox" },
  "sandbox.stopped": { status: 409, title: "The sandbox is asleep" },
  "sandbox.failed": { status: 409, title: "The sandbox does not start" },
  "sandbox.starting": { status: 503, title: "The sandbox is starting" },
  "sandbox.taken": { status: 409, title: "There is already something of that name" },
  "sandbox.quota": { status: 403, title: "You have as many sandboxes as you may have" },
  "sandbox.refused": { status: 403, title: "The sandbox was refused" },
  "sandbox.branches": { status: 502, title: "The repository's branches cannot be listed" },
  "sandbox.unavailable": { status: 503, title: "No sandbox can be made now" },
  "proxy.draining": { status: 503, title: "Sandbar is stopping" },
  "proxy.bug": { status: 500, title: "Something is wrong on our side" },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** An expected failure. `detail` is one sentence that a person can act on. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly detail: string
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfter: number | undefined
  /** What of a form is wrong, by the name that the request gives it: the sentence is shown there. */
  readonly field: string | undefined

  constructor(
    code: ProblemCode,
    detail: string,
    options: { retryAfter?: number; field?: string; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause })
    this.name = "Problem"
    this.code = code
    this.detail = detail
    this.retryAfter = options.retryAfter
    this.field = options.field
  }

  get status(): number {
    return problems[this.code].status
  }

  /** The body of an `application/problem+json` answer (RFC 9457 §3.1). */
  toBody(): ProblemBody {
    return {
      type: `urn:sandbar:${this.code}`,
      title: problems[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.detail,
      ...(this.field !== undefined && { field: this.field }),
    }
  }
}

export const problemType = "application/problem+json"

/** `code` stays an open string: an older UI must understand a newer proxy. */
export const ProblemBodySchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  code: v.string(),
  detail: v.string(),
  field: v.optional(v.string()),
})
export type ProblemBody = v.InferOutput<typeof ProblemBodySchema>
