import { expect, test } from "vitest"
import { settle } from "../tests/fakes/test-clock.ts"
import { makeTurns } from "./turns.ts"

const never = new AbortController().signal

function makeWorld(most: number) {
  const turns = makeTurns(most)
  const begun: string[] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const ask = (name: string, signal = never) => {
    const end = Promise.withResolvers<void>()
    ends.set(name, end)
    return turns(signal, async () => {
      begun.push(name)
      await end.promise
      return name
    })
  }
  return {
    ask,
    begun,
    end: (name: string) => ends.get(name)?.resolve(),
    fail: (name: string) => ends.get(name)?.reject(new Error(name)),
  }
}

test("only so many run at a time, the others in the order in which they came", async () => {
  const { ask, begun, end } = makeWorld(2)
  const all = ["a", "b", "c", "d"].map((name) => ask(name))
  await settle()
  expect(begun).toEqual(["a", "b"])
  end("b")
  await settle()
  expect(begun).toEqual(["a", "b", "c"])
  for (const name of ["a", "c", "d"]) end(name)
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"])
})

test("whoever comes just as a place gets free does not slip in before those who wait", async () => {
  const { ask, begun, end } = makeWorld(1)
  const first = ask("a")
  void ask("b")
  await settle()
  end("a")
  await first
  void ask("c")
  await settle()
  expect(begun).toEqual(["a", "b"])
})

test("a failure gives its place on", async () => {
  const { ask, begun, fail } = makeWorld(1)
  const first = ask("a")
  void ask("b")
  await settle()
  fail("a")
  await expect(first).rejects.toThrow("a")
  await settle()
  expect(begun).toEqual(["a", "b"])
})

test("one that is given up while it waits leaves the queue, and takes no place", async () => {
  const { ask, begun, end } = makeWorld(1)
  const leaving = new AbortController()
  void ask("a")
  const second = ask("b", leaving.signal)
  void ask("c")
  await settle()
  leaving.abort(new Error("gone"))
  await expect(second).rejects.toThrow("gone")
  end("a")
  await settle()
  expect(begun).toEqual(["a", "c"])
  await expect(ask("d", leaving.signal)).rejects.toThrow("gone")
})
