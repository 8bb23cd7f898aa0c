import { describe, expect, test } from "vitest"
import { mergeStrategically } from "./strategic-merge.ts"

describe("a strategic merge", () => {
  test("merges objects, and null removes", () => {
    expect(mergeStrategically({ a: { b: 1, c: 2 }, d: 3 }, { a: { c: null, e: 4 }, d: null })).toEqual({
      a: { b: 1, e: 4 },
    })
  })

  test("merges lists by their key, and replaces those that have none", () => {
    const base = { containers: [{ name: "a", image: "1" }, { name: "b" }], tolerations: [{ key: "x" }] }
    const patch = { containers: [{ name: "a", image: "2" }, { name: "c" }], tolerations: [{ key: "y" }] }
    expect(mergeStrategically(base, patch)).toEqual({
      containers: [{ name: "a", image: "2" }, { name: "b" }, { name: "c" }],
      tolerations: [{ key: "y" }],
    })
  })

  test("deletes an item or an object, and replaces one, where it says so", () => {
    const base = { env: [{ name: "A", value: "1" }, { name: "B" }], securityContext: { a: 1 }, x: { y: 1 } }
    const patch = {
      env: [{ name: "A", $patch: "delete" }],
      securityContext: { $patch: "replace", b: 2 },
      x: { $patch: "delete" },
    }
    expect(mergeStrategically(base, patch)).toEqual({ env: [{ name: "B" }], securityContext: { b: 2 } })
  })

  test("replaces a whole list where it says so", () => {
    const patch = { env: [{ $patch: "replace" }, { name: "C", value: "3" }] }
    expect(mergeStrategically({ env: [{ name: "A" }] }, patch)).toEqual({ env: [{ name: "C", value: "3" }] })
  })

  // `securityContext: {__proto__: {…}}` would show a strict one to the check and send an empty one to the cluster.
  test("takes no prototype from a patch: what is read of the result is what is sent", () => {
    const hidden = JSON.parse(
      '{"a":{"__proto__":{"safe":true}},"containers":[{"name":"x","__proto__":{"safe":true}}]}',
    )
    const merged = mergeStrategically({ a: {}, containers: [] }, hidden)
    const [container] = merged.containers as Record<string, unknown>[]
    for (const one of [merged.a as Record<string, unknown>, container]) expect(one?.safe).toBeUndefined()
    expect(JSON.stringify(merged)).toBe('{"a":{},"containers":[{"name":"x"}]}')
  })

  test("leaves what it was given as it was", () => {
    const base = { env: [{ name: "A" }], a: { b: 1 } }
    mergeStrategically(base, { env: [{ name: "A", value: "1" }], a: { b: 2 } })
    expect(base).toEqual({ env: [{ name: "A" }], a: { b: 1 } })
  })
})
