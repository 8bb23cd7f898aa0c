import fc from "fast-check"
import { expect, test } from "vitest"
import { assignInPlace } from "./assign-in-place.ts"

test("the target ends equal to the source, and what was equal stays the same object", () => {
  const kept = { a: 1 }
  const target: Record<string, unknown> = { kept, gone: 1, changed: [1] }
  assignInPlace(target, { kept: { a: 1 }, changed: [2], added: 3 })
  expect(target).toEqual({ kept: { a: 1 }, changed: [2], added: 3 })
  expect(target.kept).toBe(kept)
})

// The attack: an event whose keys lead out of the object into what all objects share.
test("no key of a server's answer reaches a prototype or a constructor", () => {
  const attack = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{},"title":"x"}',
  )
  const target: Record<string, unknown> = {}
  assignInPlace(target, attack)
  expect(Object.keys(target)).toEqual(["title"])
  expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
  expect("polluted" in {}).toBe(false)
})

test("whatever JSON a server sends, what objects share stays as it was", () => {
  const before = Object.getOwnPropertyNames(Object.prototype).join()
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, two) => {
      const target = { ...Object(one) }
      assignInPlace(target, Object(two))
      expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before)
      expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
    }),
  )
})
