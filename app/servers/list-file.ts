// The list of servers as a file: to another browser, to a colleague. It holds no password, and reading one changes none.
import * as v from "valibot"
import { type ProvidedServer, ProvidedServerSchema, serverId } from "../../shared/servers.ts"
import { bareRecord, withoutKey } from "../base/bare-record.ts"
import { parseJson } from "../base/parse-json.ts"
import { visibleLine } from "../base/visible-text.ts"
import type { ServerBook } from "./server-list.ts"

export const listFileName = "sandbar-servers.json"
/** Far more than a list needs; a larger file is something else, and reading it would take memory. */
export const mostBytes = 256 * 1024
/** Each server is asked for its health. */
const mostServers = 500

const format = "sandbar-servers"

const ListedSchema = v.object({
  ...ProvidedServerSchema.entries,
  username: v.optional(v.pipe(v.string(), v.maxLength(200))),
})
type Listed = v.InferOutput<typeof ListedSchema>

const ListFileSchema = v.object({
  format: v.literal(format),
  version: v.number(),
  servers: v.array(v.unknown()),
  hidden: v.fallback(v.array(v.string()), []),
  default: v.fallback(v.optional(v.string()), undefined),
})

export type ListFault = { ok: false; reason: string }
export type ReadList = {
  ok: true
  servers: Listed[]
  hidden: string[]
  defaultId?: string
  unreadable: number
}
export type MergeCounts = {
  added: number
  known: number
  unreadable: number
  /** Provided servers that were shown before. */
  hidden: number
  /** The name of the new default. */
  defaultName?: string | undefined
}

/** What an import changes, enough to take it back. */
export type Import = {
  added: readonly (ProvidedServer & { username?: string | undefined })[]
  /** Ids that were shown before. */
  hidden: readonly string[]
  defaultId?: string | undefined
  counts: MergeCounts
}

export function exportServers(book: ServerBook): string {
  const servers = book.own.map(({ name, url }) => {
    const username = book.credentials[url]?.username
    return username ? { name, url, username } : { name, url }
  })
  const file = { format, version: 1, servers, hidden: book.hidden, default: book.defaultId }
  return `${JSON.stringify(file, null, 2)}\n`
}

export function readServers(text: string): ReadList | ListFault {
  if (text.length > mostBytes) return { ok: false, reason: tooLarge }
  const parsed = v.safeParse(ListFileSchema, parseJson(text))
  if (!parsed.success)
    return { ok: false, reason: "This is not a list of servers. Choose a file that Sandbar exported." }
  const { version, servers, hidden, default: defaultId } = parsed.output
  if (version !== 1)
    return { ok: false, reason: "This list was exported by a newer Sandbar. Update this one to import it." }
  if (servers.length > mostServers)
    return { ok: false, reason: `This list has more than ${mostServers} servers. Split the file.` }
  const readable = servers.flatMap((server) => {
    const listed = v.safeParse(ListedSchema, server)
    return listed.success && isPlain(listed.output) ? [listed.output] : []
  })
  const unreadable = servers.length - readable.length
  return { ok: true, servers: readable, hidden, unreadable, ...(defaultId !== undefined && { defaultId }) }
}

export const tooLarge = "This file is too large for a list of servers. Choose a file that Sandbar exported."

/** A name that hides or reorders characters could pass for another server's. */
function isPlain(server: Listed): boolean {
  return [server.name, server.username ?? ""].every((text) => visibleLine(text) === text)
}

/** Only what is new: what is in the list already stays as it is. */
export function planImport(book: ServerBook, list: ReadList, provided: readonly ProvidedServer[]): Import {
  const offered = new Set(provided.map((server) => serverId(server.url)))
  const ids = new Set([...offered, ...book.own.map((server) => serverId(server.url))])
  const added = list.servers.filter((server) => {
    const isNew = !ids.has(serverId(server.url))
    ids.add(serverId(server.url))
    return isNew
  })
  const isShown = (id: string) => offered.has(id) && !book.hidden.includes(id) && id !== book.defaultId
  const wished = list.defaultId
  const all = [...provided, ...book.own, ...added]
  const chosen = all.find((server) => serverId(server.url) === wished)
  // One that the person has hidden would not be the default that they see.
  const takesDefault = book.defaultId === undefined && wished !== undefined && !book.hidden.includes(wished)
  const defaults = takesDefault && chosen ? { defaultId: wished } : {}
  const hidden = [...new Set(list.hidden)].filter((id) => isShown(id) && id !== defaults.defaultId)
  const counts = {
    added: added.length,
    known: list.servers.length - added.length,
    unreadable: list.unreadable,
    hidden: hidden.length,
    ...("defaultId" in defaults && { defaultName: chosen?.name }),
  }
  return { added, hidden, ...defaults, counts }
}

export function isEmptyImport(plan: Import): boolean {
  return plan.added.length === 0 && plan.hidden.length === 0 && plan.defaultId === undefined
}

/** Starts from the list as it is now: another tab may have changed it since the plan was made. */
export function applyImport(book: ServerBook, plan: Import): ServerBook {
  const ids = new Set(book.own.map((server) => serverId(server.url)))
  const added = plan.added.filter((server) => !ids.has(serverId(server.url)))
  const credentials = bareRecord(book.credentials)
  for (const { url, username } of added) if (username) credentials[url] ??= { username }
  return {
    own: [...book.own, ...added.map(({ name, url }) => ({ name, url }))],
    credentials,
    hidden: [...new Set([...book.hidden, ...plan.hidden])],
    defaultId: book.defaultId ?? plan.defaultId,
  }
}

/** Undo of an import. An entry that the person changed since then stays. */
export function undoImport(book: ServerBook, plan: Import): ServerBook {
  const isAdded = (server: ProvidedServer) =>
    plan.added.some(({ name, url }) => name === server.name && url === server.url)
  const gone = book.own.filter(isAdded)
  const goneIds: unknown[] = [plan.defaultId, ...gone.map((server) => serverId(server.url))]
  return {
    own: book.own.filter((server) => !isAdded(server)),
    credentials: gone.reduce((all, { url }) => withoutKey(all, url), book.credentials),
    hidden: book.hidden.filter((id) => !plan.hidden.includes(id)),
    defaultId: goneIds.includes(book.defaultId) ? undefined : book.defaultId,
  }
}

/** “3 servers added, 2 already there, 1 not readable, 1 provided server hidden. The default is now “Box”.” */
export function mergeSentence({ added, known, unreadable, hidden, defaultName }: MergeCounts): string {
  const parts = [
    added === 1 ? "1 server added" : `${added === 0 ? "No" : added} servers added`,
    known > 0 ? `${known} already there` : "",
    unreadable > 0 ? `${unreadable} not readable` : "",
    hidden > 0 ? `${hidden} provided ${hidden === 1 ? "server" : "servers"} hidden` : "",
  ]
  const counted = `${parts.filter(Boolean).join(", ")}.`
  return defaultName === undefined ? counted : `${counted} The default is now “${defaultName}”.`
}
