import { expect, test } from "vitest"
import { demoTurn } from "./demo-turn.ts"
import { type ChatRequest, pickStep } from "./pick-step.ts"

const script = { turns: [], first: demoTurn, otherwise: { word: "", steps: [{ text: "Else." }] } }
const ask = (...messages: ChatRequest["messages"]): ChatRequest => ({
  model: "m",
  messages: [{ role: "user", content: "Fix the failing test" }, ...messages],
})
const called = { role: "assistant", content: "" }

test("a failing test leads on to the edit", () => {
  const result = { role: "tool", content: " 0 pass\n 1 fail\n" }
  expect(pickStep(ask(called, result), script).tool?.name).toBe("read")
})

test("the demo does not edit what an earlier session has fixed", () => {
  const result = { role: "tool", content: " 1 pass\n 0 fail\n" }
  expect(pickStep(ask(called, result), script).text).toContain("nothing to fix")
})

test("the tests that pass after the edit end the turn with its own answer", () => {
  const passed = { role: "tool", content: " 1 pass\n 0 fail\n" }
  const since = [called, passed, called, passed, called, passed, called, passed]
  expect(pickStep(ask(...since), script).text).toContain("The cause was one character")
})

test("a rejected ask is heard", () => {
  const rejected = { role: "tool", content: "The user rejected permission to use this tool" }
  expect(pickStep(ask(called, rejected), script).text).toContain("I leave it as it is")
})
