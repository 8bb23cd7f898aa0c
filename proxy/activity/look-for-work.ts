// Asks one OpenCode server whether any of its sessions works. `/session/status` tells about one directory only, so
// every directory that may hold a running session is asked for.
import * as v from "valibot"

/** Rejects when there is no JSON to be had from this path; with NotThere where the server does not know the path. */
export type Ask = (path: string) => Promise<unknown>

/** What an older server says to what is new: 404, or the page of its own UI. Anything else may pass and means nothing. */
export class NotThere extends Error {
  constructor(path: string) {
    super(`the server has no ${path}`)
    this.name = "NotThere"
  }
}

const StatusSchema = v.record(v.string(), v.looseObject({ type: v.string() }))
const SessionsSchema = v.array(v.looseObject({ directory: v.string() }))
const AsksSchema = v.array(v.looseObject({ sessionID: v.string() }))
const SessionSchema = v.looseObject({ parentID: v.optional(v.string()) })
const ActiveSchema = v.looseObject({ data: v.record(v.string(), v.unknown()) })

const mostSessions = 100

/**
 * The directories in which something works; the empty text stands for the server's own one. Rejects when nothing
 * works as far as we can see, but not everything answered.
 */
export async function lookForWork(ask: Ask, known: Iterable<string>, since: number): Promise<string[]> {
  const [listing, active] = await Promise.allSettled([directoriesSince(ask, since), isActive(ask)])
  const listed = listing.status === "fulfilled" ? listing.value : []
  const directories = [...new Set(["", ...known, ...listed])]
  const answers = await Promise.allSettled(directories.map((directory) => worksIn(ask, directory)))
  const working = directories.filter((_, at) => {
    const answer = answers[at]
    return answer?.status === "fulfilled" && answer.value
  })
  if (active.status === "fulfilled" && active.value && working.length === 0) return [""]
  const failed = [listing, active, ...answers].find((answer) => answer.status === "rejected")
  if (failed && working.length === 0) throw failed.reason
  return working
}

/**
 * Sessions that others started: a terminal, another browser. Only fresh ones, because asking for a directory wakes it.
 * None where the server has no such list; rejects where it has one that we do not get.
 */
export async function directoriesSince(ask: Ask, since: number): Promise<string[]> {
  const answer = await ifThere(ask(`/experimental/session?start=${since}&limit=${mostSessions}`))
  if (answer === undefined) return []
  return v
    .parse(SessionsSchema, answer)
    .slice(0, mostSessions)
    .map(({ directory }) => directory)
}

/** Sessions of OpenCode's next API, which `/session/status` does not know; one answer for all directories. */
export async function isActive(ask: Ask): Promise<boolean> {
  const answer = await ifThere(ask("/api/session/active"))
  return answer !== undefined && Object.keys(v.parse(ActiveSchema, answer).data).length > 0
}

async function worksIn(ask: Ask, directory: string): Promise<boolean> {
  const query = directory === "" ? "" : `?directory=${encodeURIComponent(directory)}`
  const status = v.parse(StatusSchema, await ask(`/session/status${query}`))
  const busy = Object.keys(status).filter((id) => status[id]?.type !== "idle")
  if (busy.length === 0) return false
  const waiting = await waitingSessions(ask, query)
  return busy.some((id) => !waiting.has(id))
}

/**
 * Sessions that stand still until a person answers, and those that wait for one of them as their subagent. OpenCode
 * calls them busy. A list that we do not get makes nobody wait: in doubt, busy is busy.
 */
async function waitingSessions(ask: Ask, query: string): Promise<Set<string>> {
  const lists = await Promise.all(
    [`/permission${query}`, `/question${query}`].map((path) => orNothing(ask(path))),
  )
  const asks = lists.flatMap((list) => {
    const parsed = v.safeParse(AsksSchema, list)
    return parsed.success ? parsed.output.slice(0, mostSessions) : []
  })
  const waiting = new Set<string>()
  for (const { sessionID } of asks) {
    let next: string | undefined = sessionID
    while (next !== undefined && !waiting.has(next)) {
      waiting.add(next)
      const session = await orNothing(ask(`/session/${encodeURIComponent(next)}${query}`))
      next = v.is(SessionSchema, session) ? session.parentID : undefined
    }
  }
  return waiting
}

/** For what an older server does not have: undefined. */
async function ifThere(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => {
    if (error instanceof NotThere) return undefined
    throw error
  })
}

/** For what only makes a session wait, so that none of it is the safe answer. */
async function orNothing(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch(() => undefined)
}
