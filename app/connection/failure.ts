// A request that failed, in one sentence that a person can act on.
import * as v from "valibot"
import { fromTargetHeader } from "../../shared/paths.ts"
import { ProblemBodySchema, problems } from "../../shared/problems.ts"
import { parseJson } from "../base/parse-json.ts"
import { gatewaySentence, signInAgain } from "../servers/proxy-words.ts"

type FailureDetails = {
  /** Absent when no answer came at all. */
  status?: number | undefined
  /** The Problem's code, or the name that OpenCode gave to its error. */
  code?: string | undefined
  /** Asking the same again cannot help before a person changed something. */
  final?: boolean | undefined
  /** How long to stay away, when the answer says so. */
  retryAfterMs?: number | undefined
  cause?: unknown
}

/** `message` is the sentence. */
export class Failure extends Error {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly final: boolean
  readonly retryAfterMs: number | undefined

  constructor(sentence: string, details: FailureDetails = {}) {
    super(sentence, { cause: details.cause })
    this.name = "Failure"
    this.status = details.status
    this.code = details.code
    this.final = details.final ?? false
    this.retryAfterMs = details.retryAfterMs
  }

  /** The server itself says that what was asked for does not exist. */
  get isMissing(): boolean {
    return this.status === 404 && this.code !== "gateway" && !isProblemCode(this.code)
  }
}

/** Words of our proxy, not of the server. */
function isProblemCode(code: string | undefined): boolean {
  return code !== undefined && Object.hasOwn(problems, code)
}

/** Nobody answered, for as long as we wait. */
export function tooLate(): Failure {
  return new Failure("The server did not answer in time. Try again.")
}

/** Anything that was thrown while asking, as a Failure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  // fetch rejects with a TypeError when the connection to our own proxy fails or breaks off.
  if (error instanceof TypeError) {
    const sentence = "The connection broke off. Check your network and whether Sandbar is still running."
    return new Failure(sentence, { cause: error })
  }
  if (error instanceof SyntaxError) {
    const sentence = "The server's answer broke off or is not valid JSON. Try again."
    return new Failure(sentence, { cause: error })
  }
  return new Failure("Something went wrong on our side. Reload the page.", { cause: error })
}

/** Reads an answer that is not what was asked for. `credentials`: whether we sent a password. */
export async function failureOfAnswer(response: Response, credentials: boolean): Promise<Failure> {
  if (response.type === "opaqueredirect") return sentElsewhere()
  const body = parseJson(await response.text())
  const { status } = response
  const retryAfterMs = readRetryAfter(response.headers)
  const problem = v.safeParse(ProblemBodySchema, body)
  const fromTarget = response.headers.has(fromTargetHeader)
  if (problem.success && !fromTarget) {
    const { detail, code } = problem.output
    return new Failure(detail, { status, code, final: finalStatuses.includes(status), retryAfterMs })
  }
  // "404" is what an ingress says of everything while we are rolled out: nothing that it says is the server's word.
  // A page where data was asked for is how some gateways ask people to sign in.
  if (!fromTarget && response.ok) return sentElsewhere()
  if (!fromTarget) return notFromSandbar(status, retryAfterMs)
  if (status === 401 || status === 403) return refused(status, credentials)
  const said = v.safeParse(ServerErrorSchema, body)
  if (said.success) {
    const { data, message, name, _tag } = said.output
    const text = firstLine(data?.message ?? message ?? "")
    if (text !== "") return new Failure(text, { status, code: name ?? _tag, retryAfterMs })
  }
  if (isPage(response)) return new Failure(pageSentence, { status, code: "page", final: response.ok })
  return new Failure(`The server answered with status ${status}. Look at its log, then try again.`, {
    status,
    retryAfterMs,
  })
}

/** Malformed, who are you, not allowed, stopped, a loop: our proxy would say the same again. */
const finalStatuses = [400, 401, 403, 409, 508]

/** `Retry-After` (RFC 9110 §10.2.3) in milliseconds. A date is compared with the answer's own: our clock may be wrong. */
function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after") ?? ""
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const ms = Date.parse(value) - Date.parse(headers.get("date") ?? "")
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Every path that OpenCode does not know answers 200 with its own page. */
export function isPage(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").startsWith("text/html")
}

const pageSentence =
  "The server answers with a web page instead of data. Check that this is an OpenCode server of version 1."

/** A gateway in front of Sandbar answered: it is down or restarting, or wants to see who we are. */
function notFromSandbar(status: number, retryAfterMs?: number): Failure {
  const final = status === 401 || status === 403
  return new Failure(gatewaySentence(status), { status, code: "gateway", final, retryAfterMs })
}

/** A gateway whose sign-in ran out leads to it, usually on another origin. We never follow. */
function sentElsewhere(): Failure {
  return new Failure(signInAgain, { code: "redirect", final: true })
}

function refused(status: number, credentials: boolean): Failure {
  const sentence = credentials
    ? "The server refuses the user name or the password. Edit the server to correct them."
    : "The server needs a password. Edit the server to add it."
  return new Failure(sentence, { status, final: true })
}

/** OpenCode's errors: `{name, data: {message}}`, in newer routes `{_tag, message}`. */
const ServerErrorSchema = v.object({
  name: v.optional(v.string()),
  _tag: v.optional(v.string()),
  message: v.optional(v.string()),
  data: v.optional(v.object({ message: v.optional(v.string()) })),
})

/** Some messages carry a stack trace or a path into the request below their first line. */
function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.trim() ?? ""
}
