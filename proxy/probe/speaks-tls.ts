// Whoever is asked for http and expects https mostly hangs up, and so does many a server that has no TLS at all. A
// handshake tells them apart, so that nobody is sent to https in vain.
import { Problem } from "../../shared/problems.ts"
import type { Route } from "../forward/exchange.ts"
import type { ShakeHands } from "./shake-hands.ts"

const patienceMs = 1_000
/** Only TLS has certificates to be wrong, and alerts to end with. */
const proof = /CERT|SIGNATURE|ISSUER|ALERT/

/** What went wrong with a request over plain http, or that the port expects TLS. Never rejects. */
export async function orTlsProblem(
  problem: Problem,
  { target, address }: Route,
  shakeHands: ShakeHands,
  signal: AbortSignal,
): Promise<Problem> {
  if (target.scheme !== "http" || !/^target\.(?:invalid|unreachable)$/.test(problem.code)) return problem
  const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
  const speaksTls = await shakeHands(target, address, patience).then(() => true, isProof)
  if (!speaksTls) return problem
  const detail = `Port ${target.port} of ${target.host} speaks https, not plain http. Write https in front of the address.`
  return new Problem("target.certificate", detail, { cause: problem })
}

function isProof(refusal: unknown): boolean {
  const cause = refusal instanceof Problem ? refusal.cause : undefined
  return cause instanceof Error && "code" in cause && proof.test(String(cause.code))
}
