// How many sessions work on their own and how many asks wait for a person, as far as a server says so quickly.
import type { AskTarget } from "./ask-target.ts"
import type { Finding } from "./finding.ts"

/**
 * Of each list; a longer one is not counted. The server is a stranger: whatever it sends is read while everybody
 * else waits, and it may be asked a hundred times in ten seconds. OpenCode needs 0.1 KB for a session, 0.5 KB for an ask,
 * and more for the diff in one.
 */
const mostBytes = 131_072
/** More than anybody reads. */
const mostCount = 999

/** Never rejects: a number that we do not get is left out. `signal` says for how long to wait. */
export async function countWork(
  ask: AskTarget,
  signal: AbortSignal,
): Promise<Pick<Finding, "running" | "waiting">> {
  const get = async (path: string): Promise<unknown> => {
    const answer = await ask(path, { mostBytes, signal }).catch(() => undefined)
    return answer?.ok ? parseJson(answer.text) : undefined
  }
  const [status, permissions, questions] = await Promise.all([
    get("/session/status"),
    get("/permission"),
    get("/question"),
  ])
  const working = workingSessions(status)
  if (!working) return {}
  const asks = [sessionsAsking(permissions), sessionsAsking(questions)]
  if (asks.includes(undefined)) return { running: Math.min(working.size, mostCount) }
  // When a session is stopped the server keeps listing its permission asks for good: nobody waits for those.
  const waiting = asks.flatMap((ids) => ids ?? []).filter((id) => working.has(id))
  // One that waits does nothing until it is answered: told as running too, it would be counted twice.
  const running = working.size - new Set(waiting).size
  return { running: Math.min(running, mostCount), waiting: Math.min(waiting.length, mostCount) }
}

/** By hand: a schema takes ten times as long for thousands of entries. Undefined for anything unexpected. */
function workingSessions(status: unknown): Set<string> | undefined {
  if (!isObject(status) || Array.isArray(status)) return undefined
  const working = new Set<string>()
  for (const [id, session] of Object.entries(status)) {
    if (!isObject(session) || typeof session.type !== "string") return undefined
    if (session.type !== "idle") working.add(id)
  }
  return working
}

/** Once for every ask. Undefined for anything unexpected. */
function sessionsAsking(asks: unknown): string[] | undefined {
  if (!Array.isArray(asks)) return undefined
  const sessions: string[] = []
  for (const ask of asks) {
    if (!isObject(ask) || typeof ask.sessionID !== "string") return undefined
    sessions.push(ask.sessionID)
  }
  return sessions
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}

/** Undefined for anything that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
