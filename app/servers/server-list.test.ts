import { describe, expect, test } from "vitest"
import {
  addServer,
  editServer,
  emptyBook,
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
const names = (of: ServerBook) => of.own.map((server) => server.name)

describe("add", () => {
  test("keeps the order of adding", () => {
    expect(names(book(a, b, c))).toEqual(["A", "B", "C"])
  })

  test("the same address twice is one server with the newer name", () => {
    expect(names(book(a, b, entry("A again", "http://a:4096")))).toEqual(["A again", "B"])
  })

  test("a password is kept only when the person asked for it", () => {
    const secret = { username: "ada", password: "secret" }
    expect(book(entry("A", a.url, secret)).credentials).toEqual({ [a.url]: { username: "ada" } })
    expect(book(entry("A", a.url, { ...secret, remember: true })).credentials).toEqual({ [a.url]: secret })
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
  const secret = { password: "secret", remember: true }
  const safe = entry("Bank", "https://bank", secret)
  const unsafe = [{ name: "Bank", url: "http://bank:443" }]

  test("it does not attach to the same host and port over another scheme", () => {
    expect(serversOf(book(safe), unsafe, { "https://bank": "of this tab" })[0]).toEqual({
      id: "bank:443",
      name: "Bank",
      url: "http://bank:443",
      provided: true,
    })
    expect(serversOf(book(safe), [], {})[0]?.password).toBe("secret")
  })

  test("an entry that takes another's id leaves nothing of the other's password behind", () => {
    const now = editServer(book(safe, b), "b:4096", entry("B", "http://bank:443"))
    expect(now.credentials).toEqual({})
  })

  test("removing and bringing back keeps it with its origin, in a record without a prototype", () => {
    const { book: after, removed } = removeServer(book(safe), "bank:443")
    expect(after.credentials).toEqual({})
    const restored = removed && restoreServer(after, removed)
    expect(restored?.credentials).toEqual({ "https://bank": { password: "secret" } })
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

  test("the password of this tab wins over the remembered one", () => {
    const kept = book(entry("A", a.url, { password: "old", remember: true }))
    expect(serversOf(kept, [], { [a.url]: "new" })[0]?.password).toBe("new")
    expect(serversOf(kept, [], {})[0]?.password).toBe("old")
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
