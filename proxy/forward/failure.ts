// What `fetch` threw, as the Problem that a person reads. Details of the network stay in the log.
import { Problem } from "../../shared/problems.ts"

const unreachable = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ConnectionRefused|FailedToOpenSocket)$/
const untrusted = /CERT|SIGNATURE|ISSUER|SELF_SIGNED|ERR_TLS/

export function failureOf(name: string, cause: unknown): Problem {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  if (unreachable.test(code))
    return new Problem("target.unreachable", `${name} does not answer. Is it running?`, { cause })
  if (code === "ECONNRESET")
    return new Problem(
      "target.unreachable",
      `${name} closed the connection before its answer was complete.`,
      { cause },
    )
  if (code === "EPROTO")
    return new Problem("target.certificate", `${name} does not speak TLS. Try http instead of https.`, {
      cause,
    })
  if (untrusted.test(code))
    return new Problem("target.certificate", `${name} has a certificate that is not trusted here.`, { cause })
  return new Problem("target.invalid", `What ${name} answered is not valid HTTP.`, { cause })
}
