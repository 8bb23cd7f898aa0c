import { describe, expect, test } from "vitest"
import {
  addServer,
  editServer,
  emptyBook,
  hideServer,
  isHidden,
  plainPasswords,
  removeServer,
  restoreServer,
  type ServerBook,
  type ServerEntry,
  serversOf,
  setCredentials,
  setDefault,
  showServer,
  withoutPlainPassword,
} from "./server-list.ts"

const entry = (name: string, url: string, more: Partial<ServerEntry> = {}): ServerEntry => ({
  name,
  url,
  remember: false,
  ...more,
})
const a = entry("A", "http://a:4096")
const b = entry("B", "http://b:4096")
const c = entry("C", "http://c:4096")
const provided = [{ name: "local", url: "http://local" }]
const book = (...entries: ServerEntry[]) => entries.reduce(addServer, emptyBook)
const secret = (password: string) => ({
  password,
  credentialId: `id of ${password}`,
  setAt: 1,
  remembered: false,
})
const names = (of: ServerBook) => of.own.map((server) => server.name)

describe("add", () => {
  test("keeps the order of adding", () => {
    expect(names(book(a, b, c))).toEqual(["A", "B", "C"])
  })

  test("the same address twice is one server with the newer name", () => {
    expect(names(book(a, b, entry("A again", "http://a:4096")))).toEqual(["A again", "B"])
  })

  test("the user name is kept here, a password never", () => {
    for (const remember of [false, true]) {
      const now = book(entry("A", a.url, { username: "ada", password: "secret", remember }))
      expect(now.credentials).toEqual({ [a.url]: { username: "ada" } })
    }
  })
})

describe("edit", () => {
  test("a new address keeps the place and the default", () => {
    const edited = editServer(setDefault(book(a, b), "a:4096"), "a:4096", entry("A2", "http://a2:4096"))
    expect(names(edited)).toEqual(["A2", "B"])
    expect(edited.defaultId).toBe("a2:4096")
  })

  test("credentials move along with the address and leave nothing behind", () => {
    const before = book(entry("A", a.url, { username: "ada" }))
    const edited = editServer(before, "a:4096", entry("A", "http://a2:4096", { username: "ada" }))
    expect(edited.credentials).toEqual({ "http://a2:4096": { username: "ada" } })
  })

  test("taking the address of another entry leaves one of the two", () => {
    expect(names(editServer(book(a, b), "b:4096", entry("B", a.url)))).toEqual(["B"])
  })

  test("of a provided server only the credentials are kept", () => {
    const now = setCredentials(emptyBook, entry("renamed", "http://local", { username: "ada" }))
    expect(now.own).toEqual([])
    expect(serversOf(now, provided, {})).toEqual([
      { id: "local", name: "local", url: "http://local", provided: true, username: "ada" },
    ])
  })
})

// The attack: a server at http://bank:443 shares the id of https://bank, and would be sent its password.
describe("a password belongs to an origin", () => {
  const safe = entry("Bank", "https://bank", { username: "ada" })
  const unsafe = [{ name: "Bank", url: "http://bank:443" }]

  test("it does not attach to the same host and port over another scheme", () => {
    expect(serversOf(book(safe), unsafe, { "https://bank": secret("of this tab") })[0]).toEqual({
      id: "bank:443",
      name: "Bank",
      url: "http://bank:443",
      provided: true,
    })
    expect(serversOf(book(safe), [], { "https://bank": secret("s") })[0]).toMatchObject({
      username: "ada",
      password: "s",
      credentialId: "id of s",
    })
  })

  test("an entry that takes another's id leaves nothing of the other's password behind", () => {
    const now = editServer(book(safe, b), "b:4096", entry("B", "http://bank:443"))
    expect(now.credentials).toEqual({})
  })

  test("removing and bringing back keeps it with its origin, in a record without a prototype", () => {
    const { book: after, removed } = removeServer(book(safe), "bank:443")
    expect(after.credentials).toEqual({})
    const restored = removed && restoreServer(after, removed)
    expect(restored?.credentials).toEqual({ "https://bank": { username: "ada" } })
    for (const one of [book(safe), after, restored, setCredentials(emptyBook, safe)])
      expect(Object.getPrototypeOf(one?.credentials)).toBeNull()
  })
})

describe("remove", () => {
  test("takes the entry, its credentials and its being the default", () => {
    const before = setDefault(book(a, entry("B", b.url, { username: "ada" })), "b:4096")
    const { book: after } = removeServer(before, "b:4096")
    expect(after).toEqual({ ...emptyBook, own: book(a).own, defaultId: undefined })
  })

  test("undo brings all of it back to its place", () => {
    const before = setDefault(book(a, entry("B", b.url, { username: "ada" }), c), "b:4096")
    const { book: after, removed } = removeServer(before, "b:4096")
    expect(removed && restoreServer(after, removed)).toEqual(before)
  })

  test("undo keeps what was chosen and added since", () => {
    const { book: after, removed } = removeServer(setDefault(book(a, b), "a:4096"), "a:4096")
    const later = setDefault(addServer(after, c), "c:4096")
    const restored = removed && restoreServer(later, removed)
    expect(restored && names(restored)).toEqual(["A", "B", "C"])
    expect(restored?.defaultId).toBe("c:4096")
  })

  test("undo after the same address was added again changes nothing", () => {
    const { book: after, removed } = removeServer(book(a), "a:4096")
    const again = addServer(after, entry("A new", a.url))
    expect(removed && restoreServer(again, removed)).toBe(again)
  })

  test("an unknown id removes nothing", () => {
    const before = book(a)
    expect(removeServer(before, "x:1")).toEqual({ book: before, removed: undefined })
  })
})

describe("the list", () => {
  test("provided servers come first and are marked", () => {
    expect(serversOf(book(a), provided, {}).map((s) => [s.id, s.provided])).toEqual([
      ["local", true],
      ["a:4096", false],
    ])
  })

  test("a server that is provided and added is the provided one", () => {
    const both = serversOf(book(a), [{ name: "Team A", url: "http://a:4096" }], {})
    expect(both.map((s) => [s.name, s.provided])).toEqual([["Team A", true]])
  })

  test("hiding is for provided servers, can be taken back, and ends with being the default", () => {
    const hidden = hideServer(setDefault(book(a), "local"), "local")
    const [local, own] = serversOf(hidden, provided, {})
    expect(local && isHidden(hidden, local)).toBe(true)
    expect(hidden.defaultId).toBeUndefined()
    expect(own && isHidden(hideServer(hidden, "a:4096"), own)).toBe(false)
    expect(showServer(hidden, "local").hidden).toEqual([])
    expect(setDefault(hidden, "local").hidden).toEqual([])
  })
})

describe("passwords of earlier versions, in plain text", () => {
  const credentials = { [a.url]: { username: "ada", password: "for a" }, [b.url]: { password: "for b" } }
  const old: ServerBook = { ...book(a, b), credentials }

  test("are found by origin, and taken out one by one without the user name", () => {
    expect(plainPasswords(old)).toEqual({ [a.url]: "for a", [b.url]: "for b" })
    const without = withoutPlainPassword(withoutPlainPassword(old, a.url, "for a"), b.url)
    expect(without.credentials).toEqual({ [a.url]: { username: "ada" } })
    expect(plainPasswords(without)).toEqual({})
  })

  test("one that another tab wrote meanwhile stays, and nothing to take out is no change", () => {
    expect(withoutPlainPassword(old, a.url, "another")).toBe(old)
    expect(withoutPlainPassword(old, c.url)).toBe(old)
  })

  test("do not come back with the undo of a removal", () => {
    const { book: after, removed } = removeServer(old, "a:4096")
    expect(removed && plainPasswords(restoreServer(after, removed))).toEqual({ [b.url]: "for b" })
  })
})
