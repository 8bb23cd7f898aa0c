import { expect, test } from "vitest"
import { answer, prompt, toolPart, userMessage, withState } from "../../tests/fakes/chat-parts.ts"
import { exchangesOf, standingsOf, totalsOf } from "./exchanges.ts"

const tokens = (input: number, output: number) => ({
  input,
  output,
  reasoning: 5,
  cache: { read: 100, write: 10 },
})

test("every step belongs to the prompt before it", () => {
  const exchanges = exchangesOf([prompt("1", "a"), answer("2", []), answer("3", []), prompt("4", "b")])
  expect(exchanges.map(({ id, answers }) => [id, answers.length])).toEqual([
    ["1", 2],
    ["4", 0],
  ])
})

test("a session that is loaded from the middle of an answer begins with that answer", () => {
  const [first] = exchangesOf([answer("2", []), answer("3", []), prompt("4", "b")])
  expect([first?.prompt, first?.answers.length]).toEqual([undefined, 2])
})

test("it stays the same exchange wherever the loaded part begins, so that it is not drawn anew", () => {
  const of = (id: string) => answer(id, [], { parentID: "1" })
  const whole = exchangesOf([prompt("1", "a"), of("2"), of("3")])
  const cut = [exchangesOf([of("2"), of("3")]), exchangesOf([of("3")])]
  expect([whole, ...cut].map(([first]) => first?.id)).toEqual(["1", "1", "1"])
})

test("the totals of a turn are those of all its steps, from the prompt to the last word", () => {
  const [exchange] = exchangesOf([
    prompt("1", "a"),
    answer("2", [], { tokens: tokens(10, 20), cost: 0.01 }),
    answer("3", [], { tokens: tokens(1, 2), cost: 0.02, time: { created: 4000, completed: 9000 } }),
  ])
  expect(exchange && totalsOf(exchange)).toEqual({
    input: 231,
    output: 32,
    cost: 0.03,
    elapsedMs: 8000,
    model: "m",
  })
})

test("a turn that goes on has no totals", () => {
  const [exchange] = exchangesOf([prompt("1", "a"), answer("2", [], { time: { created: 1500 } })])
  expect(exchange && totalsOf(exchange)).toBeUndefined()
})

const sentAt = (id: string, created: number) =>
  prompt(id, id, { info: userMessage(id, { time: { created } }) })
const standings = (turns: Parameters<typeof exchangesOf>[0], busy: boolean) =>
  Object.fromEntries(standingsOf(exchangesOf(turns), busy))

test("a prompt that is sent while an answer is written is queued, until its own answer begins", () => {
  const writing = answer("2", [], { time: { created: 1 } })
  expect(standings([prompt("1", "a"), writing, prompt("3", "b")], true)).toEqual({
    "1": "working",
    "3": "queued",
  })
  const betweenSteps = answer("2", [], { finish: "tool-calls" })
  expect(standings([prompt("1", "a"), betweenSteps, prompt("3", "b")], true)).toMatchObject({ "3": "queued" })
  const next = answer("4", [], { time: { created: 9 } })
  expect(standings([prompt("1", "a"), answer("2", []), prompt("3", "b"), next], true)).toEqual({
    "1": "over",
    "3": "working",
  })
})

test("a first prompt is worked on from the start", () => {
  expect(standings([prompt("1", "a")], true)).toEqual({ "1": "working" })
})

test("what was queued when the person rejected a call, which ends the turn, is unread too", () => {
  const error = "The user rejected permission to use this specific tool call."
  const call = withState(toolPart("b", "bash", {}), {
    status: "error",
    input: {},
    error,
    time: { start: 1, end: 2 },
  })
  const rejected = answer("2", [call], { finish: "tool-calls", time: { created: 1, completed: 5000 } })
  expect(standings([sentAt("1", 1000), rejected, sentAt("3", 2000)], false)).toEqual({
    "1": "over",
    "3": "unread",
  })
})

test("what was queued when the agent was stopped is unread; what is sent afterwards is not", () => {
  const stopped = answer("2", [], {
    error: { name: "MessageAbortedError", data: { message: "" } },
    time: { created: 1, completed: 5000 },
  })
  const turns = [sentAt("1", 1000), stopped, sentAt("3", 2000), sentAt("4", 3000), sentAt("5", 6000)]
  expect(standings(turns, false)).toEqual({ "1": "over", "3": "unread", "4": "unread", "5": "over" })
})
