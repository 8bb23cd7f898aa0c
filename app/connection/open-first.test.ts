import { expect, test } from "vitest"
import { Failure } from "./failure.ts"
import { openFirst } from "./open-first.ts"

/** Connections that answer when they are told to, and otherwise never. */
function makeConnections() {
  const all: {
    signal: AbortSignal
    answer: (response: Response) => void
    refuse: (error: unknown) => void
  }[] = []
  const open = (signal: AbortSignal) =>
    new Promise<Response>((answer, refuse) => {
      all.push({ signal, answer, refuse })
      signal.addEventListener("abort", () => refuse(signal.reason))
    })
  const given = () => all.map(({ signal }) => signal.aborted)
  return { all, open, given }
}

test("the first connection that is answered stays, and those that are dead are given up", async () => {
  const { all, open, given } = makeConnections()
  const opened = openFirst(open, 3, new AbortController().signal)
  const response = new Response("greeting")
  all[1]?.answer(response)
  expect(await opened).toBe(response)
  expect(given()).toEqual([true, false, true])
})

test("the connection that stays ends with the attempt", async () => {
  const { all, open, given } = makeConnections()
  const attempt = new AbortController()
  const opened = openFirst(open, 2, attempt.signal)
  all[0]?.answer(new Response())
  await opened
  attempt.abort()
  expect(given()).toEqual([true, true])
})

test("a refusal is an answer: nobody waits for the dead ones to tell it", async () => {
  const { all, open, given } = makeConnections()
  const opened = openFirst(open, 3, new AbortController().signal)
  all[2]?.refuse(new Failure("It wants a password.", { final: true }))
  await expect(opened).rejects.toThrow("It wants a password.")
  expect(given()).toEqual([true, true, false])
})

test("when the attempt is given up, every connection is", async () => {
  const { open, given } = makeConnections()
  const attempt = new AbortController()
  const opened = openFirst(open, 3, attempt.signal)
  attempt.abort(new Failure("The server fell silent."))
  await expect(opened).rejects.toThrow("The server fell silent.")
  expect(given()).toEqual([true, true, true])
})

test("ordinarily one connection is opened, with the attempt's own signal", async () => {
  const { all, open } = makeConnections()
  const { signal } = new AbortController()
  void openFirst(open, 1, signal)
  expect(all.map((one) => one.signal)).toEqual([signal])
})
