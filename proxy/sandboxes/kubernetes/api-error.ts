// What can go wrong with a call: the API server said no, or nobody answered.

type Status = {
  reason?: string
  message?: string
  code?: number
  details?: { retryAfterSeconds?: number; causes?: readonly { reason?: string; message?: string }[] }
}

/** The API server answered, and its answer is no. `reason` is one of its own words: NotFound, Conflict, Expired, … */
export class StatusError extends Error {
  readonly code: number
  readonly reason: string
  /** Why, where the reason alone does not say it: `NamespaceTerminating`, … */
  readonly causes: readonly string[]
  readonly retryAfterSeconds: number | undefined

  constructor(code: number, status: Status) {
    super(status.message ?? `the API server answered with ${code}`)
    this.name = "StatusError"
    this.code = code
    this.reason = status.reason ?? ""
    this.causes = (status.details?.causes ?? []).map((cause) => cause.reason ?? "")
    this.retryAfterSeconds = status.details?.retryAfterSeconds
  }
}

/** Nobody answered, or not in time: the API server is down, restarting, or out of reach. */
export class UnreachableError extends Error {
  constructor(server: string, cause: unknown) {
    super(`the API server at ${server} does not answer: ${wordsOf(cause)}`, { cause })
    this.name = "UnreachableError"
  }
}

/** The body of an answer is a Status, unless something in between answered. */
export function statusErrorOf(code: number, body: string): StatusError {
  try {
    const status = JSON.parse(body) as Status & { kind?: string }
    if (status.kind === "Status") return new StatusError(code, status)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return new StatusError(code, { message: `${code}: ${body.slice(0, 300)}` })
}

export function isStatus(error: unknown, code: number): error is StatusError {
  return error instanceof StatusError && error.code === code
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const code = (cause as { code?: unknown }).code
  return typeof code === "string" ? code : cause.message
}
