import { expect, test } from "vitest"
import { isDeeperThan, type Keys, mergeKeys } from "./merge-keys.ts"

const api = (key: string) => ({ type: "api", key })

/** A start with these own keys, on what the start before left and what then happened inside. */
function starts(...rounds: { own: Keys; inside?: (keys: Keys) => Keys | undefined }[]): Keys {
  let keys: Keys | undefined
  let carried = {}
  for (const { own, inside = (same: Keys) => same } of rounds) {
    const merged = mergeKeys(own, keys && inside(keys), carried)
    ;({ keys, carried } = merged)
  }
  return keys ?? {}
}

test("what is carried is renewed, added to and taken away as the person's own changes", () => {
  expect(starts({ own: { a: api("1") } }, { own: { a: api("2"), b: api("3") } })).toEqual({
    a: api("2"),
    b: api("3"),
  })
  expect(starts({ own: { a: api("1"), b: api("3") } }, { own: { b: api("3") } })).toEqual({ b: api("3") })
})

test("what was signed in to inside stays, also when the person signs in to the same at home later", () => {
  const signIn = (keys: Keys) => ({ ...keys, inner: api("inside") })
  const own = { a: api("1") }
  expect(starts({ own }, { own, inside: signIn }, { own })).toEqual({ a: api("1"), inner: api("inside") })
  expect(starts({ own }, { own: { ...own, inner: api("home") }, inside: signIn }).inner).toEqual(
    api("inside"),
  )
})

test("what was carried and then changed inside stays as it is there", () => {
  const change = (keys: Keys) => ({ ...keys, a: api("inside") })
  const rounds = [
    { own: { a: api("1") } },
    { own: { a: api("2") }, inside: change },
    { own: { a: api("3") } },
  ]
  expect(starts(...rounds)).toEqual({ a: api("inside") })
})

test("what was removed inside stays removed, and comes back when the whole file was", () => {
  const own = { a: api("1"), b: api("2") }
  const remove = ({ a: _, ...rest }: Keys) => rest
  expect(starts({ own }, { own, inside: remove }, { own })).toEqual({ b: api("2") })
  const anew = { own, inside: () => undefined }
  expect(starts({ own }, { own, inside: remove }, anew)).toEqual(own)
})

test("fields in another order are the same key", () => {
  const turned = () => ({ a: { key: "1", type: "api" } })
  expect(starts({ own: { a: api("1") } }, { own: { a: api("2") }, inside: turned })).toEqual({ a: api("2") })
})

test("an id with the name of what every object has is an id like any other", () => {
  const own = JSON.parse(
    '{"__proto__":{"type":"api","key":"1"},"constructor":{"type":"api","key":"2"}}',
  ) as Keys
  const { keys } = mergeKeys(own, {}, {})
  expect(Object.entries(keys)).toEqual([
    ["__proto__", api("1")],
    ["constructor", api("2")],
  ])
})

test("how deep something is, is told without going further down, or twice to the same", () => {
  const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels))
  expect([nested(100), nested(101)].map((value) => isDeeperThan(100, value))).toEqual([false, true])
  expect([isDeeperThan(0, "text"), isDeeperThan(0, null), isDeeperThan(0, {})]).toEqual([false, false, true])
  let looks = 0
  const ownKeys = (of: object) => {
    looks += 1
    return Reflect.ownKeys(of)
  }
  const counted = new Proxy([[[]], { a: 1 }], { ownKeys })
  expect([isDeeperThan(3, [counted, 1]), looks]).toEqual([true, 1])
  expect(isDeeperThan(100, nested(500_000))).toBe(true)
})
