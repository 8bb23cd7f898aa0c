import { expect, test } from "vitest"
import { knownServer, linkedServerIn } from "./linked-server.ts"

const linkedIn = (search: string) => linkedServerIn(search)?.linked

test("address and name come out of the query, and leave it", () => {
  expect(linkedServerIn("?a=1&add=http%3A%2F%2Fbox%3A4096&name=My%20box&b=2")).toEqual({
    linked: { address: "http://box:4096", name: "My box" },
    rest: "?a=1&b=2",
  })
  expect(linkedServerIn("?add=box:4096")).toEqual({ linked: { address: "box:4096", name: "" }, rest: "" })
})

test("a query without an invitation is left alone", () => {
  expect(linkedServerIn("")).toBeUndefined()
  expect(linkedServerIn("?name=x")).toBeUndefined()
})

// The attack: whoever sent the link chose every character of it.
test.each([
  ["user:password@box:4096", "http://box:4096"],
  ["http://local@evil:4096", "http://evil:4096"],
  ["https://ada@box/", "https://box"],
])("credentials in the address %s are dropped", (add, address) => {
  expect(linkedIn(`?add=${encodeURIComponent(add)}`)?.address).toBe(address)
})

test("a name is one visible line of at most 80 characters, cut between characters", () => {
  const name = (text: string) => linkedIn(`?add=x&name=${encodeURIComponent(text)}`)?.name ?? ""
  expect(name("local\u202e\n\u0000 x")).toBe("local⟨U+202E⟩⟨U+000A⟩⟨U+0000⟩ x")
  expect(name("x".repeat(10_000))).toBe("x".repeat(80))
  expect(name(`${"x".repeat(79)}🔑`)).toBe("x".repeat(79))
})

test("what is no address is passed on to be shown with its error, in a length that can be shown", () => {
  expect(linkedIn("?add=javascript:alert(1)")?.address).toBe("javascript:alert(1)")
  expect(linkedIn(`?add=${"y".repeat(100_000)}`)?.address).toHaveLength(300)
  expect(linkedIn("?add=")?.address).toBe("")
})

test("a server that is in the list is recognised by its place, however the link spells it", () => {
  const box = { id: "box:80", name: "Box", url: "http://box", provided: false }
  const find = (id: string) => (id === box.id ? box : undefined)
  for (const address of ["box", "http://box:80/", "HTTP://BOX"])
    expect(knownServer({ address, name: "" }, find)).toBe(box)
  for (const address of ["https://box", "javascript:alert(1)", ""])
    expect(knownServer({ address, name: "" }, find)).toBeUndefined()
})
