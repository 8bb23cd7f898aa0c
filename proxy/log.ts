// The one structured logger. Secrets are redacted by construction: a request is logged as the fields of
// RequestLine, never as headers, bodies or a query.
import pino from "pino"
import { prettyLine } from "./pretty-line.ts"

export type Log = pino.Logger & {
  /**
   * The line of one request, as pino would write it. Its redaction, formatters and tracing cost more than forwarding
   * a header, and a RequestLine has no field that could hold a secret.
   */
  request: (level: "debug" | "info", line: RequestLine) => void
}

export type RequestLine = {
  /** The request id, also on the answer and sent to the target. */
  id: string
  method: string
  /** Without the query. */
  path: string
  status: number
  ms: number
  /** Host and port of the target, for a forwarded request. */
  target?: string
  /** Whom the gateway named. */
  user?: string
  /** The code of the problem that the answer is. */
  problem?: string
  /** The trace id of W3C Trace Context. */
  trace?: string
}

export type LogOptions = {
  format: "pretty" | "json"
  level: string
  write?: (text: string) => void
}

/** Writes to standard error: standard output belongs to the line with our address. */
export function makeLog(options: LogOptions): Log {
  const write = options.write ?? collectWrites((text) => void process.stderr.write(text))
  const put = options.format === "json" ? write : (line: string) => write(prettyLine(line))
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      // A net under the rule above, for fields that someone adds later.
      redact: { paths: ["authorization", "password", "cookie", "*.authorization", "*.password", "*.cookie"] },
    },
    { write: put },
  )
  const request: Log["request"] = (level, line) => {
    if (!log.isLevelEnabled(level)) return
    put(`${JSON.stringify({ level, time: new Date().toISOString(), ...line, msg: "request" })}\n`)
  }
  return Object.assign(log, { request })
}

const flushMs = 50

/**
 * One write for the lines of a moment: under load a write for each would cost as much as the request that it tells
 * of. What is left when the process exits is written then.
 */
function collectWrites(write: (text: string) => void): (line: string) => void {
  let pending = ""
  const flush = () => {
    if (pending !== "") write(pending)
    pending = ""
  }
  process.once("exit", flush)
  return (line) => {
    if (pending === "") setTimeout(flush, flushMs)
    pending += line
  }
}

/** `fetch` hangs the whole URL, with its query, onto its errors; only these fields are wanted. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = "code" in error ? { code: error.code } : {}
  return {
    type: error.name,
    message: withoutQueries(error.message),
    ...code,
    stack: withoutQueries(error.stack ?? ""),
  }
}

function withoutQueries(text: string): string {
  return text.replace(/\?[^\s"]*/g, "?…")
}
