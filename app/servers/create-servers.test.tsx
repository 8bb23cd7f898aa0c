import { createRoot, createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeMemoryRecords } from "../../tests/fakes/memory-records.ts"
import { makeMemoryVault } from "../../tests/fakes/memory-vault.ts"
import { createServers } from "./create-servers.ts"
import { readServers } from "./list-file.ts"
import { openServerStorage } from "./open-server-storage.ts"
import type { Servers } from "./server-context.tsx"

const key = "sandbar.servers.v1"
const entry = { name: "Alpha", url: "http://alpha:4096", remember: false }
let dispose: () => void = () => undefined
let records = makeMemoryRecords()
const settle = () => records.settled()

/** One tab: its servers, and what it told the person. */
function open(activeId = "alpha:4096") {
  const notify = vi.fn((_: { text: string }) => () => undefined)
  const probe = vi.fn(async () => ({ kind: "needs-password" }) as const)
  const [active, setActive] = createSignal<string>(activeId)
  const storage = openServerStorage(makeMemoryVault(records))
  const servers = createRoot((end): Servers => {
    const others = dispose
    dispose = () => {
      others()
      end()
      storage.passwords.close()
    }
    return createServers({
      provided: [{ name: "local", url: "http://local" }],
      activeId: active,
      storage,
      notify,
      probe,
    })
  })
  const said = () => notify.mock.calls.map(([notice]) => notice.text)
  return { servers, said, probe, setActive }
}
/** What the other tab wrote. */
function elsewhere(book: object) {
  localStorage.setItem(key, JSON.stringify(book))
  window.dispatchEvent(new StorageEvent("storage", { key }))
}
const ids = (servers: Servers) => servers.list().map((server) => server.id)

beforeEach(() => {
  records = makeMemoryRecords()
  localStorage.clear()
  sessionStorage.clear()
})
afterEach(() => {
  dispose()
  dispose = () => undefined
  vi.restoreAllMocks()
})

test("a server added in another tab appears here", () => {
  const { servers } = open()
  elsewhere({ own: [{ name: "Beta", url: "http://beta:1" }], hidden: [], credentials: {} })
  expect(ids(servers)).toEqual(["local", "beta:1"])
})

test("a change here does not undo what another tab wrote, even before its event arrived", () => {
  const { servers } = open()
  const other = { own: [{ name: "Beta", url: "http://beta:1" }], hidden: [], credentials: {} }
  localStorage.setItem(key, JSON.stringify(other))
  servers.add(entry)
  expect(ids(servers)).toEqual(["local", "beta:1", "alpha:4096"])
})

test("a full storage leaves a working list and says so", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError")
  })
  const { servers, said } = open()
  servers.add(entry)
  expect(ids(servers)).toEqual(["local", "alpha:4096"])
  expect(said()).toEqual([expect.stringContaining("did not keep the list of servers")])
})

test("a broken list is told, with the key that holds the original", () => {
  localStorage.setItem(key, "{broken")
  expect(open().said()).toEqual([expect.stringContaining(`${key}.broken`)])
})

test("a server that did not change stays the same object, so that nothing of it is built anew", () => {
  const { servers } = open()
  servers.add(entry)
  const before = servers.active()
  servers.add({ ...entry, name: "Beta", url: "http://beta:1" })
  servers.setDefault("beta:1")
  expect(servers.active()).toBe(before)
  servers.edit("alpha:4096", { ...entry, password: "new" })
  expect(servers.active()).not.toBe(before)
  expect(servers.active()?.password).toBe("new")
})

test("the active server follows the URL and may be unknown", () => {
  const { servers, setActive } = open("local")
  expect(servers.active()?.name).toBe("local")
  setActive("nobody:1")
  expect(servers.active()).toBeUndefined()
})

test("the default is the chosen one, else the first that is shown", () => {
  const { servers } = open()
  servers.add(entry)
  expect(servers.default()?.id).toBe("local")
  servers.setDefault("alpha:4096")
  expect(servers.default()?.id).toBe("alpha:4096")
  servers.remove("alpha:4096")
  servers.hide("local")
  expect(servers.default()).toBeUndefined()
})

test("removing a server forgets its password everywhere; undo brings both back", async () => {
  const { servers } = open()
  servers.add({ ...entry, password: "secret", remember: true })
  await settle()
  const undo = servers.remove("alpha:4096")
  await settle()
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("secret")
  expect(records.kept.has(entry.url)).toBe(false)
  undo()
  await settle()
  expect(servers.find("alpha:4096")?.password).toBe("secret")
  expect(servers.remembers("alpha:4096")).toBe(true)
})

test("a remembered password is in no storage that can be read, and un-ticking leaves it to the session", async () => {
  const { servers } = open()
  servers.add({ ...entry, password: "secret", remember: true })
  await settle()
  expect(servers.remembers("alpha:4096")).toBe(true)
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("secret")
  servers.edit("alpha:4096", { ...entry, password: "secret", remember: false })
  await settle()
  expect(servers.remembers("alpha:4096")).toBe(false)
  expect(localStorage.getItem(key)).not.toContain("secret")
  expect(servers.find("alpha:4096")?.password).toBe("secret")
})

test("a plain password of an earlier version works at once, moves into the vault and leaves localStorage", async () => {
  const own = [{ name: "Alpha", url: entry.url }]
  const credentials = { [entry.url]: { username: "ada", password: "secret" } }
  localStorage.setItem(key, JSON.stringify({ own, hidden: [], credentials }))
  const { servers } = open()
  expect(servers.find("alpha:4096")).toMatchObject({ username: "ada", password: "secret" })
  await settle()
  expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("secret")
  expect(records.kept.has(entry.url)).toBe(true)
  servers.add({ ...entry, name: "Beta", url: "http://beta:1" })
  expect(localStorage.getItem(key)).not.toContain("secret")
  dispose()
  expect(servers.find("alpha:4096")).toMatchObject({ username: "ada", password: "secret" })
})

test("a plain password that no vault can take stays until the person signs out", async () => {
  records.refuse()
  const credentials = { [entry.url]: { password: "secret" } }
  const own = [{ name: "Alpha", url: entry.url }]
  localStorage.setItem(key, JSON.stringify({ own, hidden: [], credentials }))
  const { servers } = open()
  await settle()
  expect(servers.find("alpha:4096")?.password).toBe("secret")
  expect(localStorage.getItem(key)).toContain("secret")
  servers.signOut("alpha:4096")
  expect(servers.find("alpha:4096")?.password).toBeUndefined()
  expect(localStorage.getItem(key)).not.toContain("secret")
})

test("signing out makes another server of it, also in a tab that has the old one open", async () => {
  const first = open().servers
  const second = open().servers
  first.add({ ...entry, username: "ada", password: "secret" })
  await settle()
  elsewhere(JSON.parse(localStorage.getItem(key) ?? ""))
  await settle()
  const before = second.active()
  expect(before?.password).toBe("secret")
  expect(before?.credentialId).toBe(first.active()?.credentialId)
  first.signOut("alpha:4096")
  await settle()
  expect(second.active()).toMatchObject({ username: "ada", id: "alpha:4096" })
  expect(second.active()).not.toHaveProperty("password")
  expect(second.active()).not.toHaveProperty("credentialId")
})

test("saving a form that has no password in it leaves the one that another tab has set meanwhile", async () => {
  const first = open().servers
  const second = open().servers
  first.add({ ...entry, password: "secret", remember: true })
  await settle()
  elsewhere(JSON.parse(localStorage.getItem(key) ?? ""))
  await settle()
  second.edit("alpha:4096", { ...entry, name: "Better", remember: true })
  await settle()
  expect(first.find("alpha:4096")?.password).toBe("secret")
  expect(second.find("alpha:4096")).toMatchObject({ name: "Better", password: "secret" })
  expect(records.kept.has(entry.url)).toBe(true)
})

test("another user name for the same password is another credential, in the other tabs as well", async () => {
  const { servers } = open()
  servers.add({ ...entry, username: "ada", password: "secret" })
  const second = open().servers
  await settle()
  const before = servers.active()?.credentialId
  expect(second.active()?.credentialId).toBe(before)
  servers.edit("alpha:4096", { ...entry, username: "bob", password: "secret" })
  await settle()
  expect(servers.active()?.credentialId).not.toBe(before)
  expect(second.active()?.credentialId).toBe(servers.active()?.credentialId)
})

// The attack: an edited address must not take the old server's password along, nor leave it behind.
test("after an edit of the address the old one has no password any more", async () => {
  const { servers } = open()
  servers.add({ ...entry, password: "secret", remember: true })
  await settle()
  servers.edit("alpha:4096", { ...entry, url: "http://moved:1", password: "typed again", remember: false })
  await settle()
  expect(servers.find("moved:1")?.password).toBe("typed again")
  expect([...records.kept.keys()]).toEqual(["key"])
  servers.add(entry)
  expect(servers.find("alpha:4096")?.password).toBeUndefined()
})

test("an import adds what is new, keeps what is there, and can be undone", () => {
  const { servers } = open()
  servers.add({ ...entry, name: "Mine", password: "secret" })
  const text = JSON.stringify({
    format: "sandbar-servers",
    version: 1,
    servers: [{ name: "Theirs", url: entry.url }, { name: "Beta", url: "http://beta:1", username: "ada" }, 7],
    hidden: ["local"],
    default: "beta:1",
  })
  const list = readServers(text)
  if (!list.ok) throw new Error(list.reason)
  const { counts, undo } = servers.importList(list)
  expect(counts).toEqual({ added: 1, known: 1, unreadable: 1, hidden: 1, defaultName: "Beta" })
  expect(servers.list().map((server) => server.name)).toEqual(["Mine", "Beta"])
  expect(servers.default()?.id).toBe("beta:1")
  expect(servers.find("alpha:4096")?.password).toBe("secret")
  undo?.()
  expect(servers.list().map((server) => server.name)).toEqual(["local", "Mine"])
  expect(servers.importList({ ...list, servers: [], hidden: [], defaultId: "x" }).undo).toBeUndefined()
})

test("a server that is added is probed at once, and its health can be read", async () => {
  const { servers, probe } = open()
  expect(servers.health("alpha:4096")).toEqual({ kind: "checking" })
  servers.add(entry)
  expect(probe).toHaveBeenCalledTimes(2)
  await vi.waitFor(() => expect(servers.health("alpha:4096")).toEqual({ kind: "needs-password" }))
})
