import { expect, test } from "vitest"
import { makeShareWork } from "./share-work.ts"

function make(freshMs = 1_000) {
  let time = 0
  const begun: {
    key: string
    signal: AbortSignal
    end: (value: string) => void
    fail: (e: Error) => void
  }[] = []
  const share = makeShareWork<string>({ now: () => time, freshMs })
  const ask = (key: string, signal = new AbortController().signal) =>
    share(key, signal, (signal) => new Promise((end, fail) => begun.push({ key, signal, end, fail })))
  return { ask, begun, wait: (ms: number) => (time += ms) }
}

test("who asks for the same at the same time gets the same; others, and later ones, get their own", async () => {
  const { ask, begun } = make()
  const answers = [ask("a"), ask("a"), ask("b")]
  expect(begun.map(({ key }) => key)).toEqual(["a", "b"])
  begun[0]?.end("one")
  begun[1]?.end("two")
  expect(await Promise.all(answers)).toEqual(["one", "one", "two"])
  void ask("a")
  expect(begun).toHaveLength(3)
})

test("a failure is shared, and is over with it", async () => {
  const { ask, begun } = make()
  const answers = [ask("a"), ask("a")].map((answer) => answer.catch((error: Error) => error.message))
  begun[0]?.fail(new Error("no"))
  expect(await Promise.all(answers)).toEqual(["no", "no"])
  void ask("a")
  expect(begun).toHaveLength(2)
})

test("what began longer ago may have missed the news, so it is not joined; it ends for those who wait for it", async () => {
  const { ask, begun, wait } = make(1_000)
  const first = ask("a")
  wait(1_000)
  const second = ask("a")
  const third = ask("a")
  expect(begun).toHaveLength(2)
  begun[0]?.end("old")
  begun[1]?.end("new")
  expect(await Promise.all([first, second, third])).toEqual(["old", "new", "new"])
})

test("who leaves takes it away from nobody; the last one ends it, and it is not joined any more", async () => {
  const { ask, begun } = make()
  const leaving = [new AbortController(), new AbortController()]
  const answers = leaving.map(({ signal }) => ask("a", signal).catch((reason) => reason))
  leaving[0]?.abort("first")
  expect(await answers[0]).toBe("first")
  expect(begun[0]?.signal.aborted).toBe(false)
  leaving[1]?.abort("second")
  expect(await answers[1]).toBe("second")
  expect(begun[0]?.signal.aborted).toBe(true)
  void ask("a")
  expect(begun).toHaveLength(2)
})
