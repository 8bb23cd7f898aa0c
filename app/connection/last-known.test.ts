import { expect, test } from "vitest"
import type { Server } from "../servers/server.ts"
import { makeServerMemory, type Slot } from "./last-known.ts"

const words: Slot<string> = { name: "words" }
const server = (name: string, fields: Partial<Server> = {}): Server => ({
  id: `${name}:1`,
  name,
  url: `http://${name}:1`,
  provided: false,
  ...fields,
})
const a = server("a")
const signedIn = { ...a, username: "ann", password: "secret", credentialId: "1" }

function remember(...servers: Server[]) {
  const memory = makeServerMemory()
  memory.keepOnly(servers)
  for (const one of servers) memory.of(one).keep(words, one.name)
  return memory
}

test("what was kept is there again, and what was taken is not", () => {
  const memory = remember(a)
  expect(memory.of(a).recall(words)).toBe("a")
  expect(memory.of({ ...a, name: "Renamed" }).take(words)).toBe("a")
  expect(memory.of(a).recall(words)).toBeUndefined()
})

test("another user at the same address sees nothing of the one before, nor does nobody", () => {
  const memory = remember(signedIn)
  for (const other of [a, { ...a, username: "ann" }, { ...signedIn, username: "ben" }])
    expect(memory.of(other).recall(words)).toBeUndefined()
  expect(memory.of(signedIn).recall(words)).toBe("a")
})

test("another password of the same user finds what was there, also where passwords have no id", () => {
  const changed = { ...signedIn, password: "another", credentialId: "2" }
  const memory = remember(signedIn)
  memory.keepOnly([changed])
  expect(memory.of(changed).recall(words)).toBe("a")
  expect(memory.of({ ...changed, credentialId: undefined }).recall(words)).toBe("a")
})

test("what a password was not let in to see is forgotten", () => {
  const memory = remember(signedIn)
  memory.of({ ...signedIn, password: "wrong", credentialId: "2" }).forget()
  expect(memory.of(signedIn).recall(words)).toBeUndefined()
})

test("signing out and removing a server forget it, also what is kept a moment later", () => {
  const memory = remember(signedIn, server("b"))
  const late = memory.of(signedIn)
  memory.keepOnly([a, server("b")])
  late.keep(words, "late")
  memory.keepOnly([signedIn, server("b")])
  expect(memory.of(signedIn).recall(words)).toBeUndefined()
  expect(memory.of(server("b")).recall(words)).toBe("b")
})

test("the server that was left longest ago is forgotten first", () => {
  const servers = ["a", "b", "c", "d", "e", "f"].map((name) => server(name))
  const memory = makeServerMemory()
  memory.keepOnly(servers)
  for (const one of [...servers.slice(0, 5), a, ...servers.slice(5)]) memory.of(one).keep(words, one.name)
  const kept = servers.filter((one) => memory.of(one).recall(words) !== undefined)
  expect(kept.map((one) => one.name)).toEqual(["a", "c", "d", "e", "f"])
})
