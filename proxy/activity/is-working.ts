// Whether a server may be stopped, asked of the server itself: a session at work or waiting for an answer, or a
// terminal that somebody left open. Stricter than what keeps a notebook: here nothing may be lost.
import * as v from "valibot"
import { type Ask, directoriesSince, isActive } from "./look-for-work.ts"

const StatusSchema = v.record(v.string(), v.looseObject({ type: v.string() }))
const PtysSchema = v.array(v.looseObject({ status: v.string() }))

/** Rejects when nothing works as far as we can see, but not everything answered. */
export async function isWorking(ask: Ask, since: number): Promise<boolean> {
  const [listed, active] = await Promise.all([directoriesSince(ask, since), isActive(ask)])
  if (active) return true
  const directories = [...new Set(["", ...listed])]
  const answers = await Promise.allSettled(
    directories.flatMap((directory) => {
      const query = directory === "" ? "" : `?directory=${encodeURIComponent(directory)}`
      return [hasSession(ask, query), hasTerminal(ask, query)]
    }),
  )
  if (answers.some((answer) => answer.status === "fulfilled" && answer.value)) return true
  const failed = answers.find((answer) => answer.status === "rejected")
  if (failed) throw failed.reason
  return false
}

/** OpenCode calls a session busy also while it waits for a person. */
async function hasSession(ask: Ask, query: string): Promise<boolean> {
  const status = v.parse(StatusSchema, await ask(`/session/status${query}`))
  return Object.values(status).some(({ type }) => type !== "idle")
}

async function hasTerminal(ask: Ask, query: string): Promise<boolean> {
  const ptys = v.parse(PtysSchema, await ask(`/pty${query}`))
  return ptys.some(({ status }) => status === "running")
}
