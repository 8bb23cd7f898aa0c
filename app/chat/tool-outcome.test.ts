import { expect, test } from "vitest"
import { toolPart, withState } from "../../tests/fakes/chat-parts.ts"
import { outcomeOf, settledSentence } from "./tool-outcome.ts"

const failedWith = (error: string, tool = "bash") =>
  withState(toolPart("a", tool, {}), { status: "error", input: {}, error, time: { start: 1, end: 2 } })
const rejected = "The user rejected permission to use this specific tool call"

test("what the person rejected or stopped is no failure", () => {
  const kinds = [
    `${rejected}.`,
    "The user dismissed this question",
    "Tool execution aborted",
    "File not found",
    `cat: "${rejected}": no such file`,
  ].map((error) => outcomeOf(failedWith(error), false).kind)
  expect(kinds).toEqual(["rejected", "rejected", "stopped", "failed", "failed"])
})

test("a rejected call says who rejected it, with the person's own reason", () => {
  expect(settledSentence(failedWith(`${rejected}.`))).toBe("You rejected this.")
  expect(settledSentence(failedWith(`${rejected} with the following feedback: use trash`))).toBe(
    "You rejected this and said: use trash",
  )
  expect(settledSentence(failedWith("The user dismissed this question", "question"))).toBe(
    "You declined to answer.",
  )
  expect(settledSentence(failedWith("File not found"))).toBeUndefined()
})

test("a command that ended with a code says so; 0 and calls without one are quiet", () => {
  const ended = (exit: unknown) => outcomeOf(toolPart("a", "bash", {}, { metadata: { exit } }), false)
  expect(ended(1)).toEqual({ kind: "exit", word: "exit 1" })
  expect([ended(0).kind, ended(null).kind]).toEqual(["done", "done"])
})

test("a call that waits for the person does not claim to run", () => {
  const running = withState(toolPart("a", "bash", {}), { status: "running", input: {}, time: { start: 1 } })
  expect(outcomeOf(running, true).word).toBe("waits for you")
  expect(outcomeOf(running, false).word).toBe("running")
})
