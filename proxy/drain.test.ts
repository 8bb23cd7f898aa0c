import { expect, test } from "vitest"
import { makeDrain } from "./drain.ts"

test("each ending is called once; what ended by itself before is left alone", () => {
  const drain = makeDrain()
  const ended: string[] = []
  drain.onStop(() => void ended.push("open"))
  const forget = drain.onStop(() => void ended.push("over"))
  forget()
  drain.begin()
  drain.begin()
  expect(ended).toEqual(["open"])
})

test("one ending that fails does not keep the others open, and is not hushed up", () => {
  const drain = makeDrain()
  const ended: string[] = []
  drain.onStop(() => {
    throw new Error("already closed")
  })
  drain.onStop(() => void ended.push("second"))
  expect(() => drain.begin()).toThrow(AggregateError)
  expect(ended).toEqual(["second"])
})

test("what opens between the question and the stop is ended too", () => {
  const drain = makeDrain()
  drain.requireRunning()
  drain.begin()
  const ended: string[] = []
  drain.onStop(() => void ended.push("late"))
  expect(ended).toEqual(["late"])
  expect(() => drain.requireRunning()).toThrow("proxy.draining")
})
