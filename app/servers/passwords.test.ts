import { afterEach, beforeEach, expect, test } from "vitest"
import { type MemoryRecords, makeMemoryRecords } from "../../tests/fakes/memory-records.ts"
import { makeMemoryVault } from "../../tests/fakes/memory-vault.ts"
import { openTabChannel } from "../base/tab-channel.ts"
import { type PasswordMessage, PasswordMessageSchema } from "./password-messages.ts"
import { makePasswords, type Passwords, type PasswordTrouble } from "./passwords.ts"
import { makeSessionSecrets, makeSignOuts } from "./server-storage.ts"

const a = "http://a:4096"
const b = "http://b:4096"
const settle = () => records.settled()

/** One browser: what its tabs share. */
let records: MemoryRecords
let clock: number
let ids: number
let opened: { close: () => void }[]
let overheard: PasswordMessage[]

type Tab = Passwords & {
  troubles: PasswordTrouble[]
  session: Storage
  of: (origin: string) => string | undefined
}
type TabOptions = { origins?: string[]; session?: Storage; vault?: string; local?: Storage }

function openTab({
  origins = [a, b],
  session = makeStorage(),
  vault,
  local = localStorage,
}: TabOptions = {}): Tab {
  const passwords = makePasswords({
    session: makeSessionSecrets(session),
    signOuts: makeSignOuts(local),
    channel: openTabChannel("passwords", PasswordMessageSchema),
    vault: vault ?? makeMemoryVault(records),
    newId: () => `id ${++ids}`,
    now: () => clock++,
    deadlineMs: 200,
  })
  const troubles: PasswordTrouble[] = []
  passwords.onTrouble((trouble) => troubles.push(trouble))
  passwords.watch(origins)
  opened.push(passwords)
  return { ...passwords, troubles, session, of: (origin) => passwords.all()[origin]?.password }
}

function makeStorage(): Storage {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
    toString: () => JSON.stringify([...kept]),
  } as unknown as Storage
}

beforeEach(() => {
  localStorage.clear()
  records = makeMemoryRecords()
  clock = 1_000
  ids = 0
  opened = []
  overheard = []
  const wire = openTabChannel("passwords", PasswordMessageSchema)
  wire.listen((message) => overheard.push(message))
  opened.push(wire)
})
afterEach(() => {
  for (const one of opened) one.close()
})

test("a password lasts over a reload of its tab, and ends with the browser session", async () => {
  const tab = openTab()
  tab.set(a, "hunter2", { remember: false })
  tab.close()
  expect(openTab({ session: tab.session }).of(a)).toBe("hunter2")
  for (const one of opened) one.close()
  const fresh = openTab()
  await settle()
  expect(fresh.of(a)).toBeUndefined()
  expect(JSON.stringify({ ...localStorage })).not.toContain("hunter2")
})

test("a new tab asks the others for the servers in its list, and only those", async () => {
  const first = openTab()
  first.set(a, "for a", { remember: false })
  first.set(b, "for b", { remember: false })
  await settle()
  overheard = []
  const second = openTab({ origins: [b] })
  await settle()
  expect(second.all()).toEqual({ [b]: first.all()[b] })
  expect(overheard.map((message) => message.kind)).toEqual(["ask", "have"])
})

test("nobody tells a password unasked, except one that has just been changed", async () => {
  const first = openTab()
  first.set(a, "hunter2", { remember: false })
  await settle()
  expect(overheard.filter((message) => message.kind === "have")).toHaveLength(1)
  first.set(a, "hunter2", { remember: false })
  first.watch([a])
  await settle()
  expect(overheard.filter((message) => message.kind === "have")).toHaveLength(1)
})

test("a server that comes into the list later is asked for then", async () => {
  const first = openTab()
  const second = openTab({ origins: [] })
  first.set(a, "hunter2", { remember: false })
  await settle()
  expect(second.of(a)).toBeUndefined()
  second.watch([a])
  await settle()
  expect(second.of(a)).toBe("hunter2")
})

test("a change in one tab is a change in all, with the same credential id", async () => {
  const [first, second] = [openTab(), openTab()]
  first.set(a, "one", { remember: false })
  await settle()
  second.set(a, "two", { remember: false })
  await settle()
  expect(first.of(a)).toBe("two")
  expect(first.all()[a]?.credentialId).toBe(second.all()[a]?.credentialId)
})

test("the credential id stays while the password does, and changes with it or with the user name", () => {
  const tab = openTab()
  const id = () => tab.all()[a]?.credentialId
  tab.set(a, "one", { remember: false })
  tab.set(a, "one", { remember: false })
  expect(id()).toBe("id 1")
  tab.set(a, "one", { remember: false, renew: true })
  expect(id()).toBe("id 2")
  tab.set(a, "two", { remember: false })
  expect(id()).toBe("id 3")
})

test("signing out in one tab forgets it in all of them and on the device", async () => {
  const [first, second] = [openTab(), openTab()]
  first.set(a, "hunter2", { remember: true })
  first.set(b, "kept", { remember: true })
  await settle()
  expect(second.of(a)).toBe("hunter2")
  second.forget(a)
  await settle()
  for (const tab of [first, second]) {
    expect(Object.keys(tab.all())).toEqual([b])
    expect(String(tab.session)).not.toContain("hunter2")
  }
  expect([...records.kept.keys()].sort()).toEqual([b, "key"])
  const third = openTab()
  await third.ready
  await settle()
  expect(Object.keys(third.all())).toEqual([b])
})

// The race: a tab that slept through the sign-out answers a third one.
test("an answer that comes after the sign-out does not bring the password back", async () => {
  const first = openTab()
  first.set(a, "hunter2", { remember: false })
  await settle()
  const stale = overheard.find((message) => message.kind === "have") as PasswordMessage
  first.forget(a)
  await settle()
  const sleeper = openTabChannel("passwords", PasswordMessageSchema)
  opened.push(sleeper)
  const fresh = openTab()
  sleeper.post(stale)
  await settle()
  expect(first.of(a)).toBeUndefined()
  expect(fresh.of(a)).toBeUndefined()
})

test("a tab that was restored with an old session drops what was signed out meanwhile, and does not share it", async () => {
  const first = openTab()
  first.set(a, "hunter2", { remember: false })
  const copy = makeStorage()
  copy.setItem("sandbar.passwords./.v2", first.session.getItem("sandbar.passwords./.v2") ?? "")
  first.forget(a)
  const restored = openTab({ session: copy })
  const asking = openTab()
  await settle()
  expect([restored.of(a), asking.of(a)]).toEqual([undefined, undefined])
  expect(String(copy)).not.toContain("hunter2")
})

test("a password that is set after a sign-out counts, also when the clock went backwards", async () => {
  const [first, second] = [openTab(), openTab()]
  first.set(a, "one", { remember: false })
  first.forget(a)
  await settle()
  clock = 10
  second.set(a, "two", { remember: true })
  await settle()
  expect([first.of(a), second.of(a)]).toEqual(["two", "two"])
  expect((await makeMemoryVault(records).load()).secrets[a]?.password).toBe("two")
})

test("a remembered password is in the vault and in no other storage", async () => {
  const [first, second] = [openTab(), openTab()]
  first.set(a, "hunter2", { remember: true })
  expect(String(first.session)).not.toContain("hunter2")
  await settle()
  for (const tab of [first, second]) {
    expect(tab.all()[a]).toMatchObject({ password: "hunter2", remembered: true })
    expect(String(tab.session)).not.toContain("hunter2")
  }
  for (const one of opened) one.close()
  const restarted = openTab()
  await restarted.ready
  expect(restarted.of(a)).toBe("hunter2")
})

test("not remembering any longer takes it out of the vault and leaves it to the session", async () => {
  const tab = openTab()
  tab.set(a, "hunter2", { remember: true })
  await settle()
  tab.set(a, "hunter2", { remember: false })
  await settle()
  expect(records.kept.has(a)).toBe(false)
  expect(tab.of(a)).toBe("hunter2")
  expect(String(tab.session)).toContain("hunter2")
})

test("a sign-out while the vault still writes leaves nothing behind", async () => {
  const tab = openTab()
  await settle()
  const release = records.hold()
  tab.set(a, "hunter2", { remember: true })
  tab.forget(a)
  release()
  await settle()
  expect(records.kept.has(a)).toBe(false)
  expect(tab.of(a)).toBeUndefined()
  expect(tab.troubles).toEqual([])
})

test("what a sign-out could not delete from the vault is dead, and deleted when it is met again", async () => {
  openTab().set(a, "hunter2", { remember: true })
  await settle()
  for (const one of opened) one.close()
  makeSignOuts().set({ [a]: 1_000_000 })
  const tab = openTab()
  await settle()
  expect(tab.of(a)).toBeUndefined()
  expect([...records.kept.keys()]).toEqual(["key"])
})

test("a vault that refuses costs only the remembering, and says so", async () => {
  const tab = openTab()
  await settle()
  records.refuse()
  tab.set(a, "hunter2", { remember: true })
  await settle()
  expect(tab.troubles).toEqual([{ kind: "not-remembered" }])
  expect(tab.cannotRemember()).toContain("until the browser is closed")
  expect(String(tab.session)).toContain("hunter2")
})

test("a vault that never answers costs only the remembering, too", async () => {
  const tab = openTab()
  await settle()
  records.hold()
  tab.set(a, "hunter2", { remember: true })
  await new Promise((resolve) => setTimeout(resolve, 250))
  expect(tab.troubles).toEqual([{ kind: "not-remembered" }])
  expect(tab.all()[a]).toMatchObject({ password: "hunter2", remembered: false })
  expect(String(tab.session)).toContain("hunter2")
})

test("a vault that does not answer holds the page up for the deadline only, and is heard later", async () => {
  openTab().set(a, "hunter2", { remember: true })
  await settle()
  for (const one of opened) one.close()
  const release = records.hold()
  const tab = openTab()
  await tab.ready
  expect(tab.of(a)).toBeUndefined()
  const told: unknown[] = []
  tab.subscribe((secrets) => told.push(secrets[a]?.password))
  release()
  await settle()
  expect(told).toEqual(["hunter2"])
})

test("a record that cannot be decrypted is told once, also to who listens later", async () => {
  openTab().set(a, "hunter2", { remember: true })
  await settle()
  for (const one of opened) one.close()
  records.kept.delete("key")
  const tab = openTab()
  await tab.ready
  expect(tab.troubles).toEqual([{ kind: "lost", origins: [a] }])
})

test("a password in plain text moves into the vault, and its copy goes only after that", async () => {
  const tab = openTab()
  const release = records.hold()
  let done = 0
  tab.adopt(a, "hunter2", () => done++)
  expect(tab.of(a)).toBe("hunter2")
  await settle()
  expect(done).toBe(0)
  release()
  await settle()
  expect(done).toBe(1)
  expect(records.kept.has(a)).toBe(true)
})

// The race: a browser restores all its tabs at once after an update of Sandbar.
test.each<TabOptions>([{}, { vault: "Not over plain http." }])(
  "tabs that take over the same plain copy at the same time have one credential (%j)",
  async (options) => {
    const tabs = [1, 2].map(() => openTab({ ...options, origins: [] }))
    for (const tab of tabs) {
      tab.adopt(a, "hunter2", () => undefined)
      tab.watch([a])
    }
    await settle()
    const ids = tabs.map((tab) => tab.all()[a]?.credentialId)
    for (const tab of tabs) tab.close()
    const later = openTab()
    await later.ready
    if (!options.vault) ids.push(later.all()[a]?.credentialId)
    expect(ids[0]).toBeTruthy()
    expect(new Set(ids).size).toBe(1)
  },
)

test("without a vault the plain copy stays: nothing is lost", async () => {
  const tab = openTab({ vault: "Not over plain http." })
  let done = 0
  tab.adopt(a, "hunter2", () => done++)
  await settle()
  expect([tab.of(a), done]).toEqual(["hunter2", 0])
})

test("a plain copy of what was signed out or changed since is not brought back, and goes", async () => {
  const tab = openTab()
  tab.set(a, "old", { remember: false })
  tab.forget(a)
  tab.set(b, "new", { remember: false })
  let done = 0
  tab.adopt(a, "old", () => done++)
  tab.adopt(b, "old", () => done++)
  await settle()
  expect([tab.of(a), tab.of(b), done]).toEqual([undefined, "new", 2])
})

test("where no other tab can be heard and no storage works, a password still lasts for the page", () => {
  const broken = {
    getItem: () => null,
    removeItem: () => undefined,
    setItem() {
      throw new DOMException("full", "QuotaExceededError")
    },
  } as unknown as Storage
  const tab = openTab({ session: broken, local: broken, vault: "none" })
  tab.set(a, "hunter2", { remember: false })
  expect(tab.of(a)).toBe("hunter2")
  expect(tab.troubles).toEqual([{ kind: "not-kept" }])
  tab.forget(a)
  expect(tab.of(a)).toBeUndefined()
})
