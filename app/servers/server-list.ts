// The list of servers as pure functions. A server is known by its id; the same id twice is one server.
import { type ProvidedServer, serverId } from "../../shared/servers.ts"
import type { Server } from "./server.ts"

export type Credentials = { username?: string | undefined; password?: string | undefined }

/** What is kept in localStorage. Passwords are here only when the person asked for that. */
export type ServerBook = {
  own: ProvidedServer[]
  /** Ids of provided servers that the person does not want to see. */
  hidden: string[]
  defaultId?: string | undefined
  /** By server id; for provided servers too. */
  credentials: Record<string, Credentials>
}

/** What the form gives. */
export type ServerEntry = ProvidedServer & Credentials & { remember: boolean }

/** Passwords of this tab, by server id. */
export type TabPasswords = Record<string, string>

/** Enough to bring a removed server back, wherever the list is by then. */
export type Removed = {
  server: ProvidedServer
  index: number
  credentials: Credentials | undefined
  wasDefault: boolean
}

export const emptyBook: ServerBook = { own: [], hidden: [], credentials: {} }

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
  const { [id]: _before, ...others } = book.credentials
  return {
    ...book,
    own,
    defaultId: book.defaultId === id ? nextId : book.defaultId,
    credentials: { ...others, ...kept(nextId, entry) },
  }
}

/** For a provided server only the credentials are the person's. */
export function setCredentials(book: ServerBook, id: string, entry: ServerEntry): ServerBook {
  const { [id]: _before, ...others } = book.credentials
  return { ...book, credentials: { ...others, ...kept(id, entry) } }
}

function kept(id: string, entry: ServerEntry): Record<string, Credentials> {
  const credentials: Credentials = {}
  if (entry.username) credentials.username = entry.username
  if (entry.password && entry.remember) credentials.password = entry.password
  return Object.keys(credentials).length > 0 ? { [id]: credentials } : {}
}

export function removeServer(
  book: ServerBook,
  id: string,
): { book: ServerBook; removed: Removed | undefined } {
  const index = book.own.findIndex((own) => serverId(own.url) === id)
  const server = book.own[index]
  if (!server) return { book, removed: undefined }
  const { [id]: credentials, ...others } = book.credentials
  const wasDefault = book.defaultId === id
  return {
    book: {
      ...book,
      own: book.own.toSpliced(index, 1),
      credentials: others,
      defaultId: wasDefault ? undefined : book.defaultId,
    },
    removed: { server, index, credentials, wasDefault },
  }
}

/** Undo of a removal. What was added or chosen since then stays. */
export function restoreServer(book: ServerBook, removed: Removed): ServerBook {
  const id = serverId(removed.server.url)
  if (book.own.some((own) => serverId(own.url) === id)) return book
  return {
    ...book,
    own: book.own.toSpliced(removed.index, 0, removed.server),
    credentials: removed.credentials ? { ...book.credentials, [id]: removed.credentials } : book.credentials,
    defaultId: removed.wasDefault ? (book.defaultId ?? id) : book.defaultId,
  }
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
    const credentials = book.credentials[id]
    const password = passwords[id] ?? credentials?.password
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
