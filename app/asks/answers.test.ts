import type { QuestionInfo } from "@opencode-ai/sdk/v2/client"
import { expect, test } from "vitest"
import { answersOf, firstOpen, noChoice, pick, typeOwn } from "./answers.ts"

const one: QuestionInfo = { question: "?", header: "h", options: [] }
const many: QuestionInfo = { ...one, multiple: true }

test("one of several: a pick replaces a pick and an own answer, and the other way round", () => {
  const picked = pick(one, pick(one, noChoice, "a"), "b")
  expect(answersOf([one], [picked])).toEqual([["b"]])
  const own = typeOwn(one, picked, " mine ")
  expect(answersOf([one], [own])).toEqual([["mine"]])
  expect(answersOf([one], [pick(one, own, "a")])).toEqual([["a"]])
})

test("many of several: picks toggle and an own answer joins them", () => {
  const both = pick(many, pick(many, noChoice, "a"), "b")
  expect(answersOf([many], [typeOwn(many, both, "c")])).toEqual([["a", "b", "c"]])
  expect(answersOf([many], [pick(many, both, "a")])).toEqual([["b"]])
})

test("clearing an own answer does not bring a pick back or lose one", () => {
  const picked = pick(one, noChoice, "a")
  expect(answersOf([one], [typeOwn(one, picked, "  ")])).toEqual([["a"]])
})

test("a question without an answer is found", () => {
  expect(firstOpen(answersOf([one, many], [pick(one, noChoice, "a")]))).toBe(1)
  expect(firstOpen([["a"], ["b"]])).toBe(-1)
})
