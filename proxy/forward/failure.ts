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

export function failureOf(name: string, error: unknown): Problem {
  const options = { cause: error }
  const code = codeOf(error)
  if (unreachable.has(code))
    return new Problem("target.unreachable", `${name} does not answer. Is it running?`, options)
  if (code === "ECONNRESET")
    return new Problem(
      "target.unreachable",
      `${name} closed the connection before its answer was complete.`,
      options,
    )
  if (code === "EPROTO")
    return new Problem(
      "target.certificate",
      `${name} does not speak TLS. Try http instead of https.`,
      options,
    )
  if (/CERT|SIGNATURE|ISSUER|SELF_SIGNED|ERR_TLS/.test(code))
    return new Problem("target.certificate", `${name} has a certificate that is not trusted here.`, options)
  return new Problem("target.invalid", `What ${name} answered is not valid HTTP.`, options)
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""
}
