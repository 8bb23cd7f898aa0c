import * as v from "valibot"
import { beforeEach, expect, test } from "vitest"
import { makeStored } from "./storage.ts"

const key = "sandbar.fruit.v1"
const schema = v.array(v.string())
const make = (storage: Storage | undefined = localStorage) =>
  makeStored<string[]>({ key, schema, fallback: [], storage })

/** A storage with room for `room` characters, as browsers refuse beyond it. */
function makeSmall(room: number): Storage {
  const entries = new Map<string, string>()
  return {
    get length() {
      return entries.size
    },
    clear: () => entries.clear(),
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (name) => entries.get(name) ?? null,
    removeItem: (name) => void entries.delete(name),
    setItem(name, text) {
      const used = [...entries].reduce((sum, [other, value]) => sum + (other === name ? 0 : value.length), 0)
      if (used + text.length > room) throw new DOMException("full", "QuotaExceededError")
      entries.set(name, text)
    },
  }
}

const forbidden = new Proxy({} as Storage, {
  get: () => {
    throw new DOMException("forbidden", "SecurityError")
  },
})

beforeEach(() => localStorage.clear())

test("a value survives a reload", () => {
  expect(make().set(["pear"])).toEqual({ kept: true })
  expect(make().get()).toEqual(["pear"])
})

test("nothing stored is the fallback, and nothing is reported", () => {
  const stored = make()
  expect(stored.get()).toEqual([])
  expect(stored.setAside()).toBeUndefined()
})

test.each(["{half", '{"a":1}', "[1,2]", "null", ""])("a broken entry (%s) is set aside, not lost", (text) => {
  localStorage.setItem(key, text)
  const stored = make()
  expect(stored.get()).toEqual([])
  expect(stored.setAside()).toBe(`${key}.broken`)
  expect(localStorage.getItem(`${key}.broken`)).toBe(text)
})

test("a second broken entry does not overwrite the first", () => {
  localStorage.setItem(`${key}.broken`, "first")
  localStorage.setItem(key, "second")
  expect(make().setAside()).toBe(`${key}.broken.2`)
  expect(localStorage.getItem(`${key}.broken`)).toBe("first")
})

test("a broken entry is reported once, not at every start", () => {
  localStorage.setItem(key, "broken")
  make().get()
  expect(make().setAside()).toBeUndefined()
})

test("an older entry is repaired, and the original is kept", () => {
  localStorage.setItem(key, '{"old":["pear"]}')
  const stored = makeStored<string[]>({
    key,
    schema,
    fallback: [],
    repair: (raw) => (v.is(v.object({ old: schema }), raw) ? raw.old : undefined),
    storage: localStorage,
  })
  expect(stored.get()).toEqual(["pear"])
  expect(make().get()).toEqual(["pear"])
  expect(localStorage.getItem(`${key}.broken`)).toBe('{"old":["pear"]}')
})

test("a full storage says so and the value lives on in memory", () => {
  const stored = make(makeSmall(20))
  expect(stored.set(["pear"])).toEqual({ kept: true })
  const long = ["pear".repeat(20)]
  expect(stored.set(long)).toEqual({ kept: false })
  expect(stored.get()).toEqual(long)
})

test("a broken entry is moved even where there is no room for two", () => {
  const small = makeSmall(10)
  small.setItem(key, "123456789")
  expect(make(small).setAside()).toBe(`${key}.broken`)
  expect(small.getItem(`${key}.broken`)).toBe("123456789")
})

test("a broken entry that cannot be moved is never overwritten", () => {
  const small = makeSmall(1_000)
  for (let count = 1; count <= 20; count++) {
    small.setItem(count === 1 ? `${key}.broken` : `${key}.broken.${count}`, `earlier ${count}`)
  }
  small.setItem(key, "precious")
  const stored = make(small)
  expect(stored.set(["pear"])).toEqual({ kept: false })
  expect(stored.get()).toEqual(["pear"])
  expect(small.getItem(key)).toBe("precious")
})

test("a forbidden storage leaves a working value in memory", () => {
  const stored = make(forbidden)
  expect(stored.get()).toEqual([])
  expect(stored.set(["pear"])).toEqual({ kept: false })
  expect(stored.get()).toEqual(["pear"])
})

test("no storage at all leaves a working value in memory", () => {
  const stored = makeStored<string[]>({ key, schema, fallback: [], storage: undefined })
  expect(stored.set(["pear"])).toEqual({ kept: false })
  expect(stored.get()).toEqual(["pear"])
})

test("a change by another tab is told, and wins over a value that was not kept", () => {
  const stored = make()
  const seen: string[][] = []
  const stop = stored.subscribe((value) => seen.push(value))
  localStorage.setItem(key, '["from the other tab"]')
  window.dispatchEvent(new StorageEvent("storage", { key }))
  window.dispatchEvent(new StorageEvent("storage", { key: "sandbar.other.v1" }))
  expect(seen).toEqual([["from the other tab"]])
  localStorage.clear()
  window.dispatchEvent(new StorageEvent("storage", { key: null }))
  expect(seen).toEqual([["from the other tab"], []])
  stop()
  window.dispatchEvent(new StorageEvent("storage", { key }))
  expect(seen).toHaveLength(2)
})

test("get sees what another tab wrote, also without an event", () => {
  const stored = make()
  stored.set(["mine"])
  localStorage.setItem(key, '["theirs"]')
  expect(stored.get()).toEqual(["theirs"])
})
