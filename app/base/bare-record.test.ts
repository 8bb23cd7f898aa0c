import { createRoot } from "solid-js"
import { createStore, produce } from "solid-js/store"
import { expect, test, vi } from "vitest"
import { bareRecord, lookUp, withoutKey } from "./bare-record.ts"

const hostile = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]

test("nothing is there before somebody put it there", () => {
  const record = bareRecord<object>()
  for (const key of hostile) expect(record[key]).toBeUndefined()
})

test("a key of the language is a key like any other, and changes nothing else", () => {
  const parsed = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"a":1},"x":{"b":2}}')
  const record = bareRecord<object>(parsed)
  expect(Object.keys(record)).toEqual(["__proto__", "constructor", "x"])
  expect("polluted" in record || "polluted" in {}).toBe(false)
  const others = withoutKey(record, "constructor")
  expect(Object.keys(others)).toEqual(["__proto__", "x"])
  expect(Object.getPrototypeOf(others)).toBeNull()
})

test("it stays bare and reactive inside a store", () => {
  // The store says that it refuses `__proto__`.
  vi.spyOn(console, "warn").mockReturnValueOnce()
  createRoot((dispose) => {
    const [state, setState] = createStore({ of: bareRecord<{ n: number }>() })
    for (const key of hostile)
      setState(
        produce((draft) => {
          const known = draft.of[key]
          if (known) known.n = 1
          else draft.of[key] = { n: 0 }
        }),
      )
    expect(Object.keys(state.of).sort()).toEqual(hostile.filter((key) => key !== "__proto__").sort())
    expect("n" in {}).toBe(false)
    expect(state.of.constructor).toEqual({ n: 0 })
    dispose()
  })
})

test("a table answers only for its own keys", () => {
  const table = { bash: "run" }
  expect(lookUp(table, "bash")).toBe("run")
  for (const key of hostile) expect(lookUp<unknown>(table, key)).toBeUndefined()
})
