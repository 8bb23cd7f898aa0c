// The list of servers as pure functions. A server is known by its id; the same id twice is one server. What is
// secret belongs to an origin: the id does not tell http from https.
import { type ProvidedServer, serverId } from "../../shared/servers.ts"
import { bareRecord, withoutKey } from "../base/bare-record.ts"
import type { Server } from "./server.ts"

export type Credentials = { username?: string | undefined; password?: string | undefined }

/** What is kept in localStorage. Passwords are here only when the person asked for that. */
export type ServerBook = {
  own: ProvidedServer[]
  /** Ids of provided servers that the person does not want to see. */
  hidden: string[]
  defaultId?: string | undefined
  /** By origin; for provided servers too. */
  credentials: Record<string, Credentials>
}

/** What the form gives. */
export type ServerEntry = ProvidedServer & Credentials & { remember: boolean }

/** Passwords of this tab, by origin. */
export type TabPasswords = Record<string, string>

/** Enough to bring a removed server back, wherever the list is by then. */
export type Removed = {
  server: ProvidedServer
  index: number
  credentials: Credentials | undefined
  wasDefault: boolean
}

export const emptyBook: ServerBook = { own: [], hidden: [], credentials: bareRecord() }

/** Adding an address that is there already changes that entry. */
export function addServer(book: ServerBook, entry: ServerEntry): ServerBook {
  return editServer(book, serverId(entry.url), entry)
}

/** Changes the entry `id`; its place and its being the default survive a change of the address. */
export function editServer(book: ServerBook, id: string, entry: ServerEntry): ServerBook {
  const nextId = serverId(entry.url)
  const server = { name: entry.name, url: entry.url }
  const at = book.own.findIndex((own) => serverId(own.url) === id)
  const placed = at < 0 ? [...book.own, server] : book.own.with(at, server)
  // The address may now be that of another entry: the edited one wins.
  const own = placed.filter((other) => other === server || serverId(other.url) !== nextId)
  const gone = book.own.filter((other) => !own.includes(other))
  const others = gone.reduce((all, other) => withoutKey(all, other.url), book.credentials)
  return {
    ...book,
    own,
    defaultId: book.defaultId === id ? nextId : book.defaultId,
    credentials: withCredentials(others, entry),
  }
}

/** For a provided server only the credentials are the person's. */
export function setCredentials(book: ServerBook, entry: ServerEntry): ServerBook {
  return { ...book, credentials: withCredentials(book.credentials, entry) }
}

function withCredentials(all: ServerBook["credentials"], entry: ServerEntry): ServerBook["credentials"] {
  const credentials: Credentials = {}
  if (entry.username) credentials.username = entry.username
  if (entry.password && entry.remember) credentials.password = entry.password
  const others = withoutKey(all, entry.url)
  if (Object.keys(credentials).length > 0) others[entry.url] = credentials
  return others
}

export function removeServer(
  book: ServerBook,
  id: string,
): { book: ServerBook; removed: Removed | undefined } {
  const index = book.own.findIndex((own) => serverId(own.url) === id)
  const server = book.own[index]
  if (!server) return { book, removed: undefined }
  const wasDefault = book.defaultId === id
  return {
    book: {
      ...book,
      own: book.own.toSpliced(index, 1),
      credentials: withoutKey(book.credentials, server.url),
      defaultId: wasDefault ? undefined : book.defaultId,
    },
    removed: { server, index, credentials: book.credentials[server.url], wasDefault },
  }
}

/** Undo of a removal. What was added or chosen since then stays. */
export function restoreServer(book: ServerBook, removed: Removed): ServerBook {
  const id = serverId(removed.server.url)
  if (book.own.some((own) => serverId(own.url) === id)) return book
  return {
    ...book,
    own: book.own.toSpliced(removed.index, 0, removed.server),
    credentials: withRemoved(book.credentials, removed),
    defaultId: removed.wasDefault ? (book.defaultId ?? id) : book.defaultId,
  }
}

function withRemoved(all: ServerBook["credentials"], removed: Removed): ServerBook["credentials"] {
  if (!removed.credentials) return all
  return bareRecord({ ...all, [removed.server.url]: removed.credentials })
}

export function hideServer(book: ServerBook, id: string): ServerBook {
  const defaultId = book.defaultId === id ? undefined : book.defaultId
  return { ...book, hidden: [...new Set([...book.hidden, id])], defaultId }
}

export function showServer(book: ServerBook, id: string): ServerBook {
  return { ...book, hidden: book.hidden.filter((hidden) => hidden !== id) }
}

export function setDefault(book: ServerBook, id: string): ServerBook {
  return { ...showServer(book, id), defaultId: id }
}

/** Every server, provided ones first; one that is provided and added is the provided one. */
export function serversOf(
  book: ServerBook,
  provided: readonly ProvidedServer[],
  passwords: TabPasswords,
): Server[] {
  const servers = new Map<string, Server>()
  const put = (server: ProvidedServer, isProvided: boolean) => {
    const id = serverId(server.url)
    if (servers.has(id)) return
    const credentials = book.credentials[server.url]
    const password = passwords[server.url] ?? credentials?.password
    servers.set(id, {
      id,
      name: server.name,
      url: server.url,
      provided: isProvided,
      ...(credentials?.username && { username: credentials.username }),
      ...(password && { password }),
    })
  }
  for (const server of provided) put(server, true)
  for (const server of book.own) put(server, false)
  return [...servers.values()]
}

export function isHidden(book: ServerBook, server: Server): boolean {
  return server.provided && book.hidden.includes(server.id)
}
