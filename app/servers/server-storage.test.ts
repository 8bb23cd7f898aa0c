import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { addServer, emptyBook } from "./server-list.ts"
import { forgetOldPasswords, makeServerBook, makeSessionSecrets, makeSignOuts } from "./server-storage.ts"

const key = "sandbar.servers.v1"
const secret = { password: "hunter2", credentialId: "id", setAt: 1, remembered: false }
const good = { name: "A", url: "http://a:4096" }

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})

afterEach(() => {
  document.head.replaceChildren()
  vi.unstubAllGlobals()
})

test("the list survives a reload", () => {
  const entry = { ...good, username: "ada", password: "secret", remember: true }
  makeServerBook().set(addServer(emptyBook, entry))
  expect(makeServerBook().get()).toEqual({
    own: [good],
    hidden: [],
    credentials: { "http://a:4096": { username: "ada" } },
  })
})

test("one broken server does not cost the others, and the original is set aside", () => {
  const text = JSON.stringify({
    own: [good, { name: "", url: "http://b:1" }, { name: "C", url: "javascript:alert(1)" }, 7],
    hidden: ["local", null],
    defaultId: 3,
    credentials: { "a:4096": { username: "ada" }, "b:1": { password: 9 } },
  })
  localStorage.setItem(key, text)
  const stored = makeServerBook()
  expect(stored.get()).toEqual({
    own: [good],
    hidden: ["local"],
    credentials: { "http://a:4096": { username: "ada" } },
  })
  expect(stored.setAside()).toBe(`${key}.broken`)
  expect(localStorage.getItem(`${key}.broken`)).toBe(text)
})

test.each(["{", "[]", "null", '"text"', "{}"])(
  "an entry that holds no list (%s) starts empty, not with an error",
  (text) => {
    localStorage.setItem(key, text)
    const stored = makeServerBook()
    expect(stored.get()).toEqual(emptyBook)
    expect(stored.setAside()).toBe(`${key}.broken`)
  },
)

test("an entry of a newer version is left alone", () => {
  localStorage.setItem("sandbar.servers.v2", "from the future")
  makeServerBook().set(addServer(emptyBook, { ...good, remember: false }))
  expect(localStorage.getItem("sandbar.servers.v2")).toBe("from the future")
})

test("passwords of a browser session stay out of localStorage", () => {
  makeSessionSecrets().set({ "http://a:4096": secret })
  expect(makeSessionSecrets().get()).toEqual({ "http://a:4096": secret })
  expect(JSON.stringify({ ...localStorage })).not.toContain("hunter2")
})

test("when the person signed out is known to all tabs", () => {
  makeSignOuts().set({ "http://a:4096": 5 })
  expect(makeSignOuts().get()).toEqual({ "http://a:4096": 5 })
  expect(localStorage.getItem("sandbar.signed-out./.v1")).toContain("http://a:4096")
})

test("credentials that were kept by host and port get the origin of that server; a guess is not made", () => {
  const own = [good, { name: "B", url: "https://b" }]
  const credentials = {
    "a:4096": { password: "for a" },
    "b:443": { password: "for b" },
    "provided.lan:443": { password: "http or https?" },
    local: { password: "for local" },
  }
  localStorage.setItem(key, JSON.stringify({ own, hidden: [], credentials }))
  const stored = makeServerBook()
  expect(stored.get().credentials).toEqual({
    "http://a:4096": { password: "for a" },
    "https://b": { password: "for b" },
    "http://local": { password: "for local" },
  })
  expect(stored.setAside()).toBeUndefined()
})

test("credentials of both forms: the one by origin is the newer", () => {
  for (const keys of [
    ["a:4096", good.url],
    [good.url, "a:4096"],
  ]) {
    const credentials = Object.fromEntries(keys.map((one) => [one, { password: one }]))
    localStorage.setItem(key, JSON.stringify({ own: [good], hidden: [], credentials }))
    expect(makeServerBook().get().credentials).toEqual({ [good.url]: { password: good.url } })
  }
})

test("what is read has no prototype that an entry could reach", () => {
  const text =
    '{"own":[],"hidden":[],"credentials":{"__proto__":{"password":"x"},"constructor":{"password":"y"}}}'
  localStorage.setItem(key, text)
  const sealed = JSON.stringify(secret)
  sessionStorage.setItem("sandbar.passwords./.v2", `{"__proto__":${sealed},"constructor":${sealed}}`)
  for (const read of [
    makeServerBook().get().credentials,
    makeSessionSecrets().get(),
    emptyBook.credentials,
  ]) {
    expect(Object.getPrototypeOf(read)).toBeNull()
    expect(Object.keys(read)).toEqual([])
  }
})

// The attack: two notebooks are one origin, and http://127.0.0.1:4096 leads to another server from each.
test("no password of one installation is known to another of the same origin, and the list is", async () => {
  const vaults: string[] = []
  vi.stubGlobal("indexedDB", {
    open(name: string) {
      vaults.push(name)
      throw new DOMException("not here", "InvalidStateError")
    },
  })
  const openUnder = async (prefix: string) => {
    document.head.innerHTML = `<base href="${prefix}">`
    vi.resetModules()
    const { openServerStorage } = await import("./open-server-storage.ts")
    const { book, passwords } = openServerStorage()
    await passwords.ready
    return { book, passwords }
  }
  const a = await openUnder("/notebook/a/")
  a.book.set(addServer(emptyBook, { ...good, remember: false }))
  a.passwords.set(good.url, "gone", { remember: false })
  a.passwords.forget(good.url)
  a.passwords.set(good.url, "hunter2", { remember: false })
  a.passwords.close()
  const b = await openUnder("/notebook/b/")
  expect(b.book.get().own).toEqual([good])
  expect(b.passwords.all()).toEqual({})
  b.passwords.set(good.url, "for b", { remember: false })
  b.passwords.forget(good.url)
  b.passwords.close()
  const again = await openUnder("/notebook/a/")
  expect(again.passwords.all()[good.url]?.password).toBe("hunter2")
  again.passwords.close()
  expect(new Set(vaults)).toEqual(
    new Set(["/notebook/a/", "/notebook/b/"].map((one) => `sandbar.passwords.${one}`)),
  )
})

test("readable passwords of an earlier version go from the storage of the session", () => {
  sessionStorage.setItem("sandbar.passwords.v1", JSON.stringify({ [good.url]: "hunter2" }))
  sessionStorage.setItem("other", "stays")
  forgetOldPasswords()
  expect({ ...sessionStorage }).toEqual({ other: "stays" })
})
