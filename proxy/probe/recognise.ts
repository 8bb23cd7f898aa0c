// Is it OpenCode, of a version that we speak, and does it take the password? A server that wants a password says
// 401 to everything, so what it is may stay open until then.
import * as v from "valibot"
import { HealthSchema } from "../../shared/health.ts"
import type { Answer, AskTarget } from "./ask-target.ts"
import { parseJson } from "./count-work.ts"
import { type Finding, Obstacle } from "./finding.ts"
import { isWebPage, pageTitle, plainWords } from "./page-title.ts"
import type { StepClock } from "./step-clock.ts"

/** `version` only where a server says it there. */
const NextHealthSchema = v.object({ healthy: v.literal(true), version: v.optional(v.string()) })
const UnhealthySchema = v.object({ healthy: v.boolean() })
/** What OpenCode answers under /api/ to whoever has no password; nothing else in it gives it away. */
const RefusalSchema = v.object({ _tag: v.literal("UnauthorizedError") })

export type RecogniseOptions = {
  steps: StepClock
  now: () => number
  /** Whose password goes along, if any. */
  password: "none" | "person" | "ours"
  /** For a server of ours: what it is called, and what helps when another program took its place. */
  ours: { name: string; remedy: string }
}

export async function recognise(ask: AskTarget, options: RecogniseOptions): Promise<Finding> {
  const { steps, now, password } = options
  steps.enter("http")
  const began = now()
  const answer = await ask("/global/health")
  const latencyMs = Math.round(now() - began)
  if (answer.status === 401) return refused(ask, options)
  requireOrdinary(answer)
  steps.enter("opencode")
  const health = await readHealth(answer, ask, options)
  steps.enter("version")
  const version = plainWords(health.version, 40)
  if (Number(/^\d+(?=\.)/.exec(version)?.[0] ?? 1) > 1) throw unsupported(version)
  if (password !== "none") steps.enter("password")
  return { verdict: "healthy", sentence: "", latencyMs, version }
}

async function refused(ask: AskTarget, { steps, password, ours }: RecogniseOptions): Promise<never> {
  // Without the password: a service that is something else has seen it once, which is enough.
  const other = await ask("/api/health", { anonymous: true }).catch(() => undefined)
  const isOpenCode = other !== undefined && isRefusal(other, parseJson(other.text))
  if (isOpenCode) steps.enter("opencode")
  steps.enter("password")
  if (password === "ours")
    throw new Obstacle("failed", `${ours.name} does not take our password. ${ours.remedy}`)
  if (password === "person") throw new Obstacle("wrong-password", "Wrong password, or wrong user name.")
  const known = isOpenCode ? "" : " Whether it is an OpenCode server shows only with it."
  throw new Obstacle("needs-password", `It wants a password.${known}`)
}

function isRefusal({ status }: Answer, body: unknown): boolean {
  return status === 401 && v.is(RefusalSchema, body)
}

function requireOrdinary({ status }: Answer): void {
  if (status >= 500)
    throw new Obstacle("failed", `The server answers with an error (status ${status}). Look at its log.`)
  if (status >= 300 && status < 400)
    throw new Obstacle(
      "foreign",
      `This is not an OpenCode server: it redirects to another page (status ${status}). Check the address.`,
    )
  if (status === 403 || status === 407 || status === 429)
    throw new Obstacle(
      "failed",
      `Something in front of the server refuses us (status ${status}). Ask who runs it to let Sandbar in.`,
    )
}

async function readHealth(answer: Answer, ask: AskTarget, { steps, password, ours }: RecogniseOptions) {
  const body = parseJson(answer.text)
  const health = v.safeParse(HealthSchema, body)
  if (answer.ok && health.success) return health.output
  if (answer.ok && v.is(UnhealthySchema, body))
    throw new Obstacle("failed", "The server says that it is not healthy. Look at its log.")
  // Without the person's password, as above. OpenCode 2 with a password then refuses in its own way.
  const next = await ask("/api/health", { anonymous: password !== "ours" })
  const nextBody = parseJson(next.text)
  const isNext = next.ok && v.is(NextHealthSchema, nextBody)
  if (isNext || isRefusal(next, nextBody)) {
    steps.enter("version")
    throw unsupported(plainWords((isNext && nextBody.version) || "2.0", 40))
  }
  // Whoever took our port was sent our password, and may have put it into a title.
  const stranger = `Something else answers in place of ${decapitalise(ours.name)}. ${ours.remedy}`
  throw new Obstacle("foreign", password === "ours" ? stranger : whatItIs(answer))
}

function decapitalise(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}

function unsupported(version: string): Obstacle {
  const sentence = `OpenCode ${version} is not supported yet. Use a server of version 1.`
  return new Obstacle("unsupported", sentence, version)
}

function whatItIs({ status, type, text }: Answer): string {
  if (!isWebPage(type, text)) {
    const how = status === 200 ? "something else" : `status ${status}`
    return `This is not an OpenCode server: it answered with ${how}. Check the port.`
  }
  const title = pageTitle(text)
  if (title === undefined)
    return "This is not an OpenCode server: it answered with a web page. Check the port."
  // Versions before `GET /global/health` answer every path that they do not know with their page.
  if (/^opencode$/i.test(title))
    return "It answered with OpenCode's web page instead of its health. The server may be too old: update it."
  return `This is not an OpenCode server: it answered with a web page titled “${title}”. Check the port.`
}
