import fc from "fast-check"
import * as v from "valibot"
import { expect, test } from "vitest"
import { isLive, isNewer, type Secret, SecretsSchema, type SignOuts, withSignOut } from "./secret.ts"

const origin = "http://a:4096"
const day = 24 * 60 * 60 * 1000
const secret = (setAt: number, credentialId = "id", remembered = false): Secret => ({
  password: `set at ${setAt}`,
  credentialId,
  setAt,
  remembered,
})

test("whatever order the messages come in, every tab ends with the same password or with none", () => {
  const message = fc.oneof(
    fc.record({ at: fc.nat(6) }),
    fc.record({ setAt: fc.nat(6), credentialId: fc.constantFrom("a", "b"), remembered: fc.boolean() }),
  )
  type Message = { at: number } | { setAt: number; credentialId: string; remembered: boolean }
  const endOf = (messages: readonly Message[]) => {
    let known: Secret | undefined
    let signOuts: SignOuts = {}
    for (const one of messages) {
      if ("at" in one) signOuts = withSignOut(signOuts, origin, one.at)
      else {
        const next = secret(one.setAt, one.credentialId, one.remembered)
        if (isLive(next, origin, signOuts) && isNewer(next, known)) known = next
      }
      if (known && !isLive(known, origin, signOuts)) known = undefined
    }
    return known
  }
  fc.assert(
    fc.property(
      fc
        .array(message, { maxLength: 8 })
        .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([one, other]) => {
        expect(endOf(one)).toEqual(endOf(other))
      },
    ),
  )
})

test("a sign-out ends what was set at the same time or before, for its server alone", () => {
  const signOuts = withSignOut({}, origin, 5)
  expect([4, 5, 6].map((at) => isLive(secret(at), origin, signOuts))).toEqual([false, false, true])
  expect(isLive(secret(4), "http://b:4096", signOuts)).toBe(true)
})

test("an older sign-out that comes late changes nothing", () => {
  const now = withSignOut({}, origin, 100 * day)
  expect(withSignOut(now, origin, 99 * day)).toBe(now)
  expect(Object.keys(withSignOut(now, origin, 101 * day))).toEqual([origin])
})

// The attack: a clock that is far ahead for a moment, and a tab that wakes up with a password from before.
test("a sign-out far in the future undoes no other one", () => {
  const before = withSignOut({}, origin, 5 * day)
  const after = withSignOut(before, "http://b:1", 5_000 * day)
  expect(isLive(secret(4 * day), origin, after)).toBe(false)
  expect(isLive(secret(4_000 * day), "http://b:1", after)).toBe(false)
})

test("of more than a thousand sign-outs the oldest go, and never the one that is made now", () => {
  let signOuts: SignOuts = {}
  for (let at = 1; at <= 1_000; at++) signOuts = withSignOut(signOuts, `http://h${at}:1`, at * day)
  const after = withSignOut(signOuts, origin, 1)
  expect(Object.keys(after)).toHaveLength(1_000)
  expect(["http://h1:1", "http://h2:1", origin].map((one) => one in after)).toEqual([false, true, true])
})

test("what is not an origin is not a server's password, and has no prototype to reach", () => {
  const raw = JSON.parse('{"__proto__":{"x":1},"a:4096":0,"http://a/b":0}')
  for (const key of Object.keys(raw)) raw[key] = secret(1)
  raw[origin] = secret(1)
  const read = v.parse(SecretsSchema, raw)
  expect(Object.keys(read)).toEqual([origin])
  expect(Object.getPrototypeOf(read)).toBeNull()
})
