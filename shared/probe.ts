// What a probe of one server found out: GET api/probe, with the headers of a forwarded request. The answer is 200
// whatever was found; a Problem means that nobody was asked.
import * as v from "valibot"

/**
 * In this order; the first that fails ends the probe. A step that there is nothing to do for is left out: `dns` for an
 * address, `tls` for http, `password` where none was sent. Whoever refuses a password may refuse to say what it is:
 * then `password` follows `http`.
 */
export const probeSteps = [
  "policy",
  "dns",
  "connect",
  "tls",
  "http",
  "opencode",
  "version",
  "password",
] as const
export type ProbeStep = (typeof probeSteps)[number]

/** What kind of answer it is; each asks something else of a person. */
export const probeVerdicts = [
  "healthy",
  "needs-password",
  "wrong-password",
  "starting",
  "stopped",
  "unsupported",
  "foreign",
  "forbidden",
  "failed",
] as const
export type ProbeVerdict = (typeof probeVerdicts)[number]

export const ProbeSchema = v.object({
  /** A newer proxy may know more verdicts; whatever it is, `sentence` says it. */
  verdict: v.fallback(v.picklist(probeVerdicts), "failed"),
  /** For a person: what is wrong and what to do. Empty when healthy. */
  sentence: v.string(),
  /** What was tried, in order. Only the last can be one that failed. Times in milliseconds. */
  steps: v.array(v.object({ step: v.string(), ok: v.boolean(), ms: v.number() })),
  /** From sending the request to the whole answer, milliseconds. */
  latencyMs: v.optional(v.number()),
  version: v.optional(v.string()),
  /** Sessions at work that wait for nobody, and asks that wait for a person, in the server's own directory; absent where it does not say. */
  running: v.optional(v.number()),
  waiting: v.optional(v.number()),
})
export type Probe = v.InferOutput<typeof ProbeSchema>
