// The list, its storage and its health, put together. Each change is a pure function of server-list.ts.
import { type Accessor, createComputed, createMemo, createSignal, onCleanup } from "solid-js"
import { type ProvidedServer, serverId } from "../../shared/servers.ts"
import { createStored } from "../base/create-stored.ts"
import { notify } from "../ui/notices.tsx"
import { createHealth } from "./create-health.ts"
import { applyImport, exportServers, isEmptyImport, planImport, undoImport } from "./list-file.ts"
import { openServerStorage, type ServerStorage } from "./open-server-storage.ts"
import type { PasswordTrouble } from "./passwords.ts"
import type { probe as probeServer } from "./probe.ts"
import type { Server } from "./server.ts"
import type { Servers } from "./server-context.tsx"
import {
  addServer,
  editServer,
  hideServer,
  isHidden,
  plainPasswords,
  removeServer,
  restoreServer,
  type ServerEntry,
  serversOf,
  setCredentials,
  setDefault,
  showServer,
  withoutPlainPassword,
} from "./server-list.ts"
import type { Spawned } from "./spawned.ts"

export type ServersOptions = {
  provided: readonly ProvidedServer[]
  /** Where sandboxes can be spawned. */
  spawned?: Spawned | undefined
  /** From the URL. */
  activeId: Accessor<string | undefined>
  /** Opened here unless the page did so before. */
  storage?: ServerStorage | undefined
  probe?: typeof probeServer
  notify?: typeof notify
}

export function createServers(options: ServersOptions): Servers {
  const say = options.notify ?? notify
  const { book: storedBook, passwords } = options.storage ?? createStorage()
  const [book, change] = createStored(storedBook, () => say(notKept))
  const [secrets, setSecrets] = createSignal(passwords.all(), { equals: false })
  onCleanup(passwords.subscribe(setSecrets))
  onCleanup(passwords.onTrouble((trouble) => say(troubleNotice(trouble))))
  const aside = storedBook.setAside()
  if (aside) say(setAsideNotice(aside))

  const { spawned } = options
  const provided = () => [...options.provided, ...(spawned?.servers() ?? [])]
  const all = createMemo<Server[]>((before) => {
    // An entry that did not change stays the same object: what belongs to it is not built anew.
    const keep = (server: Server) => before.find((other) => same(other, server)) ?? server
    return serversOf(book(), provided(), secrets()).map(keep)
  }, [])
  createComputed(() => passwords.watch(all().map((server) => server.url)))
  const shown = createMemo(() => all().filter((server) => !isHidden(book(), server)))
  const find = (id: string) => all().find((server) => server.id === id)
  const polled = createMemo(() => all().filter((server) => spawned?.health(server.id) === undefined))
  const health = createHealth(polled, options.probe)
  const active = createMemo(() => find(options.activeId() ?? ""))
  const lastId = createMemo<string | undefined>((before) => active()?.id ?? before)

  /** `before`: the server as it was until now. */
  const keepPassword = (entry: ServerEntry, before = find(serverId(entry.url))) => {
    // One that was kept in plain text is replaced by what comes now.
    change((now) => withoutPlainPassword(now, entry.url))
    if (before && before.url !== entry.url && secrets()[before.url]) passwords.forget(before.url)
    const renew = before !== undefined && (before.username ?? "") !== (entry.username ?? "")
    const password = entry.password ?? secrets()[entry.url]?.password
    if (password !== undefined) passwords.set(entry.url, password, { remember: entry.remember, renew })
  }

  return {
    list: shown,
    hidden: createMemo(() => all().filter((server) => isHidden(book(), server))),
    active,
    lastActive: () => (options.activeId() === undefined ? find(lastId() ?? "") : undefined),
    default: createMemo(() => shown().find((server) => server.id === book().defaultId) ?? shown()[0]),
    find,
    add(entry) {
      keepPassword(entry)
      change((now) => addServer(now, entry))
    },
    edit(id, entry) {
      const server = find(id)
      keepPassword(entry, server)
      change((now) => (server?.provided ? setCredentials(now, entry) : editServer(now, id, entry)))
    },
    signOut(id) {
      const url = find(id)?.url
      if (url === undefined) return
      change((now) => withoutPlainPassword(now, url))
      passwords.forget(url)
    },
    remove(id) {
      const { removed } = removeServer(storedBook.get(), id)
      const url = removed?.server.url
      const secret = url !== undefined && url in secrets() ? passwords.forget(url) : undefined
      change((now) => removeServer(now, id).book)
      return () => {
        if (removed) change((now) => restoreServer(now, removed))
        if (url !== undefined && secret) passwords.restore(url, secret)
      }
    },
    hide: (id) => change((now) => hideServer(now, id)),
    show: (id) => change((now) => showServer(now, id)),
    setDefault: (id) => change((now) => setDefault(now, id)),
    remembers: (id) => secrets()[find(id)?.url ?? ""]?.remembered === true,
    cannotRemember() {
      secrets()
      return passwords.cannotRemember()
    },
    liesPlain: (id) => (find(id)?.url ?? "") in plainPasswords(book()),
    exportList: () => exportServers(storedBook.get()),
    importList(list) {
      const plan = planImport(storedBook.get(), list, provided())
      if (isEmptyImport(plan)) return { counts: plan.counts }
      change((now) => applyImport(now, plan))
      const undo = () => {
        for (const { url } of plan.added) if (url in secrets()) passwords.forget(url)
        change((now) => undoImport(now, plan))
      }
      return { counts: plan.counts, undo }
    },
    spawned,
    health: (id) => spawned?.health(id) ?? health.health(id),
    probeNow(id) {
      if (id === undefined || spawned?.row(id)) spawned?.lookNow()
      health.probeNow(id)
    },
  }
}

function createStorage(): ServerStorage {
  const storage = openServerStorage()
  onCleanup(storage.passwords.close)
  return storage
}

function same(a: Server, b: Server): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.url === b.url &&
    a.username === b.username &&
    a.password === b.password &&
    a.credentialId === b.credentialId &&
    a.provided === b.provided
  )
}

const notKept = {
  kind: "warn",
  text: "This browser did not keep the list of servers: its storage is full or blocked. The change lasts until this tab is closed.",
} as const

function troubleNotice(trouble: PasswordTrouble) {
  return { kind: "warn", text: troubleText(trouble) } as const
}

function troubleText(trouble: PasswordTrouble): string {
  switch (trouble.kind) {
    case "not-kept":
      return "This browser did not keep the password: its storage is full or blocked. You have to type it again after a reload."
    case "not-remembered":
      return "This browser did not remember the password. It lasts until the browser is closed."
    case "lost":
      return `The remembered password of ${trouble.origins.join(", ")} cannot be decrypted any more: this browser lost the key. Type it again.`
  }
}

function setAsideNotice(key: string) {
  return {
    kind: "danger",
    text: `A part of the list of servers could not be read and was set aside. The original is in this browser's storage under “${key}”.`,
  } as const
}
