// What kept a probe from an answer, in one sentence that a person can act on. Names and ports as the person typed
// them; never an address that a name led to.
import type { ProbeStep, ProbeVerdict } from "../../shared/probe.ts"
import type { Problem, ProblemCode } from "../../shared/problems.ts"
import type { Target } from "../forward/target.ts"
import type { Finding } from "./finding.ts"

export type Circumstances = {
  /** Undefined until the policy allowed it. */
  target: Target | undefined
  isManaged: boolean
  step: ProbeStep
  seconds: number
}

const verdicts: Readonly<Partial<Record<ProblemCode, ProbeVerdict>>> = {
  "target.forbidden": "forbidden",
  "local.starting": "starting",
  "sandbox.starting": "starting",
  "sandbox.stopped": "stopped",
}

/** Undefined for a refusal of ours, which is not about the server: it stays a Problem. */
export function findingOf(problem: Problem, at: Circumstances): Finding | undefined {
  if (problem.code === "sandbox.unknown" || !/^(?:target|local|sandbox)\./.test(problem.code))
    return undefined
  const verdict = verdicts[problem.code] ?? "failed"
  return { verdict, sentence: sentenceOf(problem, at) }
}

function sentenceOf(problem: Problem, { target, isManaged, step, seconds }: Circumstances): string {
  if (!target || isManaged) return problem.detail
  switch (problem.code) {
    case "target.name":
      return nameSentence(target, problem)
    case "target.unreachable":
      return step === "connect" ? connectSentence(target, problem) : brokenSentence(target, problem)
    case "target.timeout":
      return lateSentence(target, step, seconds)
    case "target.invalid":
      return `Port ${target.port} of ${target.host} does not speak HTTP. Check the port.`
    default:
      return problem.detail
  }
}

function nameSentence({ host }: Target, { cause }: Problem): string {
  if (/NOTFOUND|NODATA|NONAME/.test(codesOf(cause)))
    return `The name ${host} does not exist. Check the spelling, or whether the server is still there.`
  return `The name ${host} could not be looked up: the name server gave no answer. Try again, or check its settings.`
}

function connectSentence({ host, port }: Target, problem: Problem): string {
  const codes = codesOf(problem.cause)
  if (codes.includes("REFUSED")) return `Nothing listens on port ${port} of ${host}. Start the server there.`
  if (/HOSTUNREACH|NETUNREACH/.test(codes))
    return `No network leads to ${host}. Check whether its machine is on and connected.`
  return `No connection to port ${port} of ${host}. Check whether the server is running.`
}

function brokenSentence(target: Target, { cause }: Problem): string {
  if (codesOf(cause).includes("RESET"))
    return `${named(target)} closed the connection before its answer was complete. Check the port.`
  return `${named(target)} broke off in the middle of its answer. Try again, or look at its log.`
}

function lateSentence(target: Target, step: ProbeStep, seconds: number): string {
  const { host, port } = target
  const within = `within ${seconds} s`
  switch (step) {
    case "policy":
    case "dns":
      return `The name ${host} could not be looked up ${within}: the name server gives no answer.`
    case "connect":
      return `No connection to port ${port} of ${host} ${within}. A firewall may be in the way, or its machine is off.`
    case "tls":
      return `${named(target)} did not finish the TLS handshake ${within}. If it speaks plain http, write http in front of the address.`
    default:
      return `${named(target)} took the request but gave no whole answer ${within}. Look at its log.`
  }
}

function named({ host, port }: Target): string {
  return `Port ${port} of ${host}`
}

/** Dialling several addresses fails with several errors. */
function codesOf(cause: unknown): string {
  const errors: unknown[] = cause instanceof AggregateError ? cause.errors : [cause]
  return errors.map((error) => (error instanceof Error && "code" in error ? error.code : "")).join(" ")
}
