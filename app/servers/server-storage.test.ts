import { beforeEach, expect, test } from "vitest"
import { addServer, emptyBook } from "./server-list.ts"
import { makeServerBook, makeTabPasswords } from "./server-storage.ts"

const key = "sandbar.servers.v1"
const good = { name: "A", url: "http://a:4096" }

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})

test("the list survives a reload", () => {
  const entry = { ...good, username: "ada", password: "secret", remember: true }
  makeServerBook().set(addServer(emptyBook, entry))
  expect(makeServerBook().get()).toEqual({
    own: [good],
    hidden: [],
    credentials: { "a:4096": { username: "ada", password: "secret" } },
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
    credentials: { "a:4096": { username: "ada" } },
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

test("passwords of a tab stay out of localStorage", () => {
  makeTabPasswords().set({ "a:4096": "secret" })
  expect(makeTabPasswords().get()).toEqual({ "a:4096": "secret" })
  expect(JSON.stringify({ ...localStorage })).not.toContain("secret")
})
