// What `fetch` threw, as the Problem that a person reads. Details of the network stay in the log.
import { Problem } from "../../shared/problems.ts"

const unreachable = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
])

export function failureOf(origin: string, error: unknown): Problem {
  const options = { cause: error }
  const code = codeOf(error)
  if (unreachable.has(code))
    return new Problem("target.unreachable", `Nothing answers at ${origin}. Is the server running?`, options)
  if (code === "ECONNRESET")
    return new Problem("target.unreachable", `${origin} closed the connection before it answered.`, options)
  if (code === "EPROTO")
    return new Problem(
      "target.certificate",
      `${origin} does not speak TLS. Try http instead of https.`,
      options,
    )
  if (/CERT|SIGNATURE|ISSUER|SELF_SIGNED|ERR_TLS/.test(code))
    return new Problem("target.certificate", `${origin} has a certificate that is not trusted here.`, options)
  return new Problem("target.invalid", `What ${origin} answered is not valid HTTP.`, options)
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""
}
