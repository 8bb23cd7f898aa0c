// How many sessions are at work and how many asks wait for a person, as far as a server says so quickly.
import * as v from "valibot"
import type { AskTarget } from "./ask-target.ts"
import type { Finding } from "./finding.ts"

const StatusSchema = v.record(v.string(), v.looseObject({ type: v.string() }))
const AsksSchema = v.array(v.looseObject({ sessionID: v.string() }))

/** An ask can hold the diff of a whole file. */
const mostBytes = 1_048_576

/** Never rejects: a number that we do not get is left out. `signal` says for how long to wait. */
export async function countWork(
  ask: AskTarget,
  signal: AbortSignal,
): Promise<Pick<Finding, "running" | "waiting">> {
  const get = async <T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> => {
    const answer = await ask(path, { mostBytes, signal })
    const parsed = answer.ok ? v.safeParse(schema, parseJson(answer.text)) : undefined
    return parsed?.success ? parsed.output : undefined
  }
  const [status, permissions, questions] = await Promise.all([
    orUndefined(get("/session/status", StatusSchema)),
    orUndefined(get("/permission", AsksSchema)),
    orUndefined(get("/question", AsksSchema)),
  ])
  if (!status) return {}
  const working = new Set(Object.keys(status).filter((id) => status[id]?.type !== "idle"))
  if (!permissions || !questions) return { running: working.size }
  // When a session is stopped the server keeps listing its permission asks for good: nobody waits for those.
  const waiting = [...permissions, ...questions].filter(({ sessionID }) => working.has(sessionID))
  return { running: working.size, waiting: waiting.length }
}

async function orUndefined<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
  return answer.catch(() => undefined)
}

/** Undefined for anything that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
