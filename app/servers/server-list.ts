// The list of servers as pure functions. A server is known by its id; the same id twice is one server. What is
// secret belongs to an origin: the id does not tell http from https.
import { type ProvidedServer, serverId } from "../../shared/servers.ts"
import { bareRecord, withoutKey } from "../base/bare-record.ts"
import type { Secrets } from "./secret.ts"
import type { Server } from "./server.ts"

/** `password` only in what earlier versions wrote; `withoutPlainPassword` takes it out. */
export type Credentials = { username?: string | undefined; password?: string | undefined }

/** What is kept in localStorage. */
export type ServerBook = {
  own: ProvidedServer[]
  /** Ids of provided servers that the person does not want to see. */
  hidden: string[]
  defaultId?: string | undefined
  /** By origin; for provided servers too. */
  credentials: Record<string, Credentials>
}

/** What the form gives. An empty password is a sign-out, none at all leaves the one that there is. */
export type ServerEntry = ProvidedServer & Credentials & { remember: boolean }

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
  const others = withoutKey(all, entry.url)
  if (Object.keys(credentials).length > 0) others[entry.url] = credentials
  return others
}

/** Passwords that earlier versions kept here, by origin. */
export function plainPasswords(book: ServerBook): Record<string, string> {
  const found = Object.entries(book.credentials).flatMap(([origin, { password }]) =>
    password ? [[origin, password] as const] : [],
  )
  return bareRecord(Object.fromEntries(found))
}

/** What stands there is `password`, or any when it is not given; another one was written meanwhile and stays. */
export function withoutPlainPassword(book: ServerBook, origin: string, password?: string): ServerBook {
  const { username, password: there } = book.credentials[origin] ?? {}
  if (!there || (password !== undefined && there !== password)) return book
  const credentials = withoutKey(book.credentials, origin)
  if (username) credentials[origin] = { username }
  return { ...book, credentials }
}

export function removeServer(
  book: ServerBook,
  id: string,
): { book: ServerBook; removed: Removed | undefined } {
  const index = book.own.findIndex((own) => serverId(own.url) === id)
  const server = book.own[index]
  if (!server) return { book, removed: undefined }
  const wasDefault = book.defaultId === id
  const username = book.credentials[server.url]?.username
  return {
    book: {
      ...book,
      own: book.own.toSpliced(index, 1),
      credentials: withoutKey(book.credentials, server.url),
      defaultId: wasDefault ? undefined : book.defaultId,
    },
    removed: { server, index, credentials: username ? { username } : undefined, wasDefault },
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
export function serversOf(book: ServerBook, provided: readonly ProvidedServer[], secrets: Secrets): Server[] {
  const servers = new Map<string, Server>()
  const put = (server: ProvidedServer, isProvided: boolean) => {
    const id = serverId(server.url)
    if (servers.has(id)) return
    const credentials = book.credentials[server.url]
    const secret = secrets[server.url]
    servers.set(id, {
      id,
      name: server.name,
      url: server.url,
      provided: isProvided,
      ...(credentials?.username && { username: credentials.username }),
      ...(secret && { password: secret.password, credentialId: secret.credentialId }),
    })
  }
  for (const server of provided) put(server, true)
  for (const server of book.own) put(server, false)
  return [...servers.values()]
}

export function isHidden(book: ServerBook, server: Server): boolean {
  return server.provided && book.hidden.includes(server.id)
}
