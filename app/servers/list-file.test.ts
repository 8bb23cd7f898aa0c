import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { serverId } from "../../shared/servers.ts"
import {
  applyImport,
  exportServers,
  mergeSentence,
  planImport,
  readServers,
  undoImport,
} from "./list-file.ts"
import { emptyBook, type ServerBook } from "./server-list.ts"

const provided = [{ name: "local", url: "http://local" }]
const book: ServerBook = {
  own: [
    { name: "Alpha", url: "http://alpha:4096" },
    { name: "Beta", url: "https://beta" },
  ],
  hidden: ["local"],
  defaultId: "beta:443",
  credentials: {
    "http://alpha:4096": { username: "ada", password: "S3cret" },
    "http://local": { username: "x" },
  },
}
const file = (more: object = {}) =>
  JSON.stringify({ format: "sandbar-servers", version: 1, servers: [], ...more })
const read = (text: string) => {
  const list = readServers(text)
  if (!list.ok) throw new Error(list.reason)
  return list
}

test("what is exported from one browser is the list of another", () => {
  const plan = planImport(emptyBook, read(exportServers(book)), provided)
  expect(applyImport(emptyBook, plan)).toEqual({
    ...book,
    credentials: { "http://alpha:4096": { username: "ada" } },
  })
  expect(plan.counts).toEqual({ added: 2, known: 0, unreadable: 0, hidden: 1, defaultName: "Beta" })
})

test("an exported list holds no password, not even one of an earlier version", () => {
  expect(exportServers(book)).not.toContain("S3cret")
})

test("what is in the list stays as it is: name, user name, default, shown or not", () => {
  const list = read(
    file({
      servers: [{ name: "Not Alpha", url: "http://alpha:4096", username: "eve" }],
      hidden: ["beta:443"],
      default: "alpha:4096",
    }),
  )
  const plan = planImport(book, list, provided)
  expect(applyImport(book, plan)).toEqual(book)
  expect(plan.counts).toEqual({ added: 0, known: 1, unreadable: 0, hidden: 0 })
})

test("a file cannot hide the default that the person chose", () => {
  const mine = { ...book, hidden: [], defaultId: "local" }
  const plan = planImport(mine, read(file({ hidden: ["local"] })), provided)
  expect(applyImport(mine, plan).hidden).toEqual([])
})

// The attack: a list that adds nothing, hides what the installation provides, and makes its own choice the default.
test("what an import changed is said, not only what it added", () => {
  const mine = { ...book, hidden: [], defaultId: undefined }
  const said = (more: object) => mergeSentence(planImport(mine, read(file(more)), provided).counts)
  expect(said({ hidden: ["local"], default: "alpha:4096" })).toBe(
    "No servers added, 1 provided server hidden. The default is now “Alpha”.",
  )
  expect(said({ servers: [{ name: "C", url: "http://c:1" }, 7], default: "c:1" })).toBe(
    "1 server added, 1 not readable. The default is now “C”.",
  )
  expect(said({ default: "nobody:1", hidden: ["nobody:1"] })).toBe("No servers added.")
})

test("a server that the person has hidden does not become the default", () => {
  const mine = { ...book, defaultId: undefined }
  const plan = planImport(mine, read(file({ default: "local" })), provided)
  expect(applyImport(mine, plan)).toEqual(mine)
  expect(plan.counts.defaultName).toBeUndefined()
})

test("undo leaves what the person had and did meanwhile", () => {
  const servers = [
    { name: "C", url: "http://c:1", username: "ada" },
    { name: "D", url: "http://d:1" },
  ]
  const plan = planImport(book, read(file({ servers })), provided)
  const after = applyImport(book, plan)
  expect(undoImport(after, plan)).toEqual(book)
  const renamed = {
    ...after,
    own: after.own.map((one) => (one.name === "D" ? { ...one, name: "My D" } : one)),
  }
  expect(undoImport(renamed, plan).own.map((one) => one.name)).toEqual(["Alpha", "Beta", "My D"])
  expect(undoImport({ ...after, defaultId: "c:1" }, plan).defaultId).toBeUndefined()
})

// The attack: a file from somebody else.
describe("a hostile file", () => {
  test.each([
    "",
    "[]",
    "null",
    "{}",
    '{"format":"sandbar-servers"}',
    file({ servers: {} }),
    "x".repeat(300_000),
  ])("that is no list is refused with a sentence (%#)", (text) => {
    const list = readServers(text)
    expect(list.ok).toBe(false)
    expect(list).toHaveProperty("reason", expect.stringMatching(/^This (is not|file is).*\.$/))
  })

  test("of a newer version is not guessed at, and one with thousands of servers is not taken", () => {
    expect(readServers(file({ version: 2 }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining("newer"),
    })
    const servers = Array.from({ length: 501 }, (_, at) => ({ name: "n", url: `http://h:${at + 1}` }))
    expect(readServers(file({ servers }))).toMatchObject({
      ok: false,
      reason: expect.stringContaining("500"),
    })
  })

  test("brings in no address that is not an http origin, no hidden characters, and nothing but what is read", () => {
    const bad = [
      { name: "a", url: "javascript:alert(1)" },
      { name: "a", url: "data:text/html,x" },
      { name: "a", url: "http://ada:s@host:1" },
      { name: "a", url: "http://host:1/path" },
      { name: "x".repeat(81), url: "http://host:1" },
      { name: "safe\u202eevil", url: "http://host:1" },
      { name: "two\nlines", url: "http://host:1" },
      { name: "a", url: "http://host:1", username: 7 },
      null,
    ]
    const good = { name: "Good", url: "http://good:1", password: "p", provided: true, onclick: "x" }
    const list = read(file({ servers: [...bad, good] }))
    expect(list).toMatchObject({ servers: [{ name: "Good", url: "http://good:1" }], unreadable: bad.length })
    expect(Object.keys(list.servers[0] ?? {})).toEqual(["name", "url"])
  })

  test("reaches no prototype", () => {
    const text = `{"format":"sandbar-servers","version":1,"__proto__":{"x":1},"hidden":["__proto__"],
      "servers":[{"__proto__":{"y":1},"name":"A","url":"http://a:1","username":"__proto__"}],"default":"__proto__"}`
    const after = applyImport(emptyBook, planImport(emptyBook, read(text), provided))
    expect(after.own).toEqual([{ name: "A", url: "http://a:1" }])
    expect(after.defaultId).toBeUndefined()
    expect(Object.getPrototypeOf(after.credentials)).toBeNull()
    expect(({} as Record<string, unknown>).x ?? ({} as Record<string, unknown>).y).toBeUndefined()
  })

  test("whatever it holds, importing and undoing it leaves the list as it was", () => {
    const id = fc.constantFrom("local", "alpha:4096", "beta:443", "c:1", "d:1", "nobody:1")
    const server = fc.record({
      name: fc.constantFrom("C", "D"),
      url: fc.constantFrom(
        "http://alpha:4096",
        "http://c:1",
        "https://c:1",
        "http://d:1",
        "http://local",
        "x:",
      ),
      username: fc.option(fc.constantFrom("ada", "eve"), { nil: undefined }),
    })
    const hostile = fc.record({ servers: fc.array(server), hidden: fc.array(id), default: id })
    const books = fc.constantFrom(book, emptyBook, { ...book, hidden: [], defaultId: undefined })
    fc.assert(
      fc.property(books, hostile, (mine, more) => {
        const plan = planImport(mine, read(file(more)), provided)
        const after = applyImport(mine, plan)
        expect(new Set(after.own.map((one) => serverId(one.url))).size).toBe(after.own.length)
        expect(undoImport(after, plan)).toEqual({ ...mine, defaultId: mine.defaultId })
      }),
    )
  })
})
