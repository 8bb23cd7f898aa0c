import { expect, test } from "vitest"
import { answer, prompt } from "../../tests/fakes/chat-parts.ts"
import { exchangesOf, totalsOf } from "./exchanges.ts"

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
  expect([first?.id, first?.prompt, first?.answers.length]).toEqual(["2", undefined, 2])
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
