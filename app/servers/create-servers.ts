// The list, its storage and its health, put together. Each change is a pure function of server-list.ts.
import { type Accessor, createMemo } from "solid-js"
import type { ProvidedServer } from "../../shared/servers.ts"
import { bareRecord, withoutKey } from "../base/bare-record.ts"
import { createStored } from "../base/create-stored.ts"
import type { Stored } from "../base/storage.ts"
import { notify } from "../ui/notices.tsx"
import { createHealth } from "./create-health.ts"
import type { probe as probeServer } from "./probe.ts"
import type { Server } from "./server.ts"
import type { Servers } from "./server-context.tsx"
import {
  addServer,
  editServer,
  hideServer,
  isHidden,
  removeServer,
  restoreServer,
  type ServerBook,
  type ServerEntry,
  serversOf,
  setCredentials,
  setDefault,
  showServer,
  type TabPasswords,
} from "./server-list.ts"
import { makeServerBook, makeTabPasswords } from "./server-storage.ts"

export type ServersOptions = {
  provided: readonly ProvidedServer[]
  /** From the URL. */
  activeId: Accessor<string | undefined>
  book?: Stored<ServerBook>
  passwords?: Stored<TabPasswords>
  probe?: typeof probeServer
  notify?: typeof notify
}

export function createServers(options: ServersOptions): Servers {
  const say = options.notify ?? notify
  const storedBook = options.book ?? makeServerBook()
  const storedPasswords = options.passwords ?? makeTabPasswords()
  const [book, change] = createStored(storedBook, () => say(notKept))
  const [passwords, changePasswords] = createStored(storedPasswords, () => say(passwordNotKept))
  for (const aside of [storedBook.setAside(), storedPasswords.setAside()])
    if (aside) say(setAsideNotice(aside))

  const all = createMemo<Server[]>((before) => {
    // An entry that did not change stays the same object: what belongs to it is not built anew.
    const keep = (server: Server) => before.find((other) => same(other, server)) ?? server
    return serversOf(book(), options.provided, passwords()).map(keep)
  }, [])
  const shown = createMemo(() => all().filter((server) => !isHidden(book(), server)))
  const find = (id: string) => all().find((server) => server.id === id)
  const health = createHealth(all, options.probe)

  /** `before`: the address that the server had until now. */
  const keepPassword = (entry: ServerEntry, before = entry.url) =>
    changePasswords((now) => {
      const password = entry.remember ? undefined : entry.password
      if (!password && !(before in now) && !(entry.url in now)) return now
      const others = withoutKey(withoutKey(now, before), entry.url)
      if (password) others[entry.url] = password
      return others
    })

  return {
    list: shown,
    hidden: createMemo(() => all().filter((server) => isHidden(book(), server))),
    active: createMemo(() => find(options.activeId() ?? "")),
    default: createMemo(() => shown().find((server) => server.id === book().defaultId) ?? shown()[0]),
    find,
    add(entry) {
      keepPassword(entry)
      change((now) => addServer(now, entry))
    },
    edit(id, entry) {
      const server = find(id)
      keepPassword(entry, server?.url)
      change((now) => (server?.provided ? setCredentials(now, entry) : editServer(now, id, entry)))
    },
    remove(id) {
      const { removed } = removeServer(storedBook.get(), id)
      const url = removed?.server.url ?? ""
      const password = passwords()[url]
      change((now) => removeServer(now, id).book)
      changePasswords((now) => (url in now ? withoutKey(now, url) : now))
      return () => {
        if (password) changePasswords((now) => bareRecord({ ...now, [url]: password }))
        if (removed) change((now) => restoreServer(now, removed))
      }
    },
    hide: (id) => change((now) => hideServer(now, id)),
    show: (id) => change((now) => showServer(now, id)),
    setDefault: (id) => change((now) => setDefault(now, id)),
    remembers: (id) => book().credentials[find(id)?.url ?? ""]?.password !== undefined,
    ...health,
  }
}

function same(a: Server, b: Server): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.url === b.url &&
    a.username === b.username &&
    a.password === b.password &&
    a.provided === b.provided
  )
}

const notKept = {
  kind: "warn",
  text: "This browser did not keep the list of servers: its storage is full or blocked. The change lasts until this tab is closed.",
} as const
const passwordNotKept = {
  kind: "warn",
  text: "This browser did not keep the password: its storage is full or blocked. You have to type it again after a reload.",
} as const

function setAsideNotice(key: string) {
  return {
    kind: "danger",
    text: `A part of the list of servers could not be read and was set aside. The original is in this browser's storage under “${key}”.`,
  } as const
}
