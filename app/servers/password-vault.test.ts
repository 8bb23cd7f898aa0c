import { webcrypto } from "node:crypto"
import { beforeEach, expect, test } from "vitest"
import { type MemoryRecords, makeMemoryRecords } from "../../tests/fakes/memory-records.ts"
import { makeMemoryVault } from "../../tests/fakes/memory-vault.ts"
import type { Secret } from "./secret.ts"

const origin = "http://a:4096"
const other = "http://b:4096"
const secret = (password: string, setAt = 1): Secret => ({
  password,
  credentialId: `id of ${password}`,
  setAt,
  remembered: true,
})
let records: MemoryRecords
const open = () => makeMemoryVault(records)
const otherKey = () =>
  webcrypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
const loaded = async () => (await open().load()).secrets

beforeEach(() => {
  records = makeMemoryRecords()
})

/** Everything that a copy of the disk shows. */
function dump(): string {
  const text = (value: unknown): string => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1")
    if (typeof value === "object" && value !== null)
      return Object.entries(value)
        .map(([key, part]) => `${key}=${text(part)}`)
        .join(" ")
    return String(value)
  }
  return [...records.kept].map(([key, value]) => `${key}: ${text(value)}`).join("\n")
}

test("a password comes back after a restart of the browser", async () => {
  await open().put(origin, secret("hunter2"))
  await open().put(other, secret("pässwörd 🔑", 7))
  expect(await loaded()).toEqual({ [origin]: secret("hunter2"), [other]: secret("pässwörd 🔑", 7) })
})

// The attack: someone copies the profile directory, or a script reads the tables.
test("neither the password nor a key that can be taken away lies in the storage", async () => {
  await open().put(origin, secret("hunter2"))
  expect(dump()).not.toContain("hunter2")
  expect(dump()).not.toContain("id of")
  const key = records.kept.get("key") as CryptoKey
  expect(key.extractable).toBe(false)
  await expect(webcrypto.subtle.exportKey("raw", key as never)).rejects.toThrow()
})

test("the same password twice is not the same on the disk", async () => {
  await open().put(origin, secret("hunter2"))
  const first = records.kept.get(origin) as { iv: Uint8Array; data: Uint8Array }
  await open().put(origin, secret("hunter2", 2))
  const second = records.kept.get(origin) as typeof first
  expect(second.iv).not.toEqual(first.iv)
  expect(second.data).not.toEqual(first.data)
})

// The attack: who can write the tables, but not decrypt, moves a record to a server of theirs.
test("a record under another server's name, or made to look newer, is not opened", async () => {
  await open().put(origin, secret("hunter2"))
  const record = records.kept.get(origin) as object
  records.kept.set(other, record)
  records.kept.set("http://c:1", { ...record, setAt: 99 })
  const { secrets, lost } = await open().load()
  expect(Object.keys(secrets)).toEqual([origin])
  expect(lost).toEqual([other, "http://c:1"])
})

test.each([
  ["no key", () => records.kept.delete("key")],
  ["another key", async () => records.kept.set("key", await otherKey())],
  ["no record but rubbish", () => records.kept.set(origin, { setAt: "x" })],
  ["text in the place of the key", () => records.kept.set("key", "key")],
])("with %s the password is lost, said once, and can be set anew", async (_, damage) => {
  await open().put(origin, secret("hunter2"))
  await damage()
  expect(await open().load()).toEqual({ secrets: {}, lost: [origin] })
  expect(await open().load()).toEqual({ secrets: {}, lost: [] })
  await open().put(origin, secret("again"))
  expect(await loaded()).toEqual({ [origin]: secret("again") })
})

test("two tabs that make the first key at the same time keep one, and both passwords", async () => {
  await Promise.all([open().put(origin, secret("one")), open().put(other, secret("two"))])
  expect(await loaded()).toEqual({ [origin]: secret("one"), [other]: secret("two") })
})

test("a write that comes late does not replace a newer password", async () => {
  await open().put(origin, secret("newer", 5))
  await open().put(origin, secret("older", 4))
  expect((await loaded())[origin]?.password).toBe("newer")
})

test("removing leaves what was set later by another tab", async () => {
  await open().put(origin, secret("old", 4))
  await open().remove(origin, 4)
  expect(await loaded()).toEqual({})
  await open().put(origin, secret("new", 6))
  await open().remove(origin, 5)
  expect((await loaded())[origin]?.password).toBe("new")
})
