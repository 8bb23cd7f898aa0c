import { expect, test } from "vitest"
import { permission, question, toolPart, withState } from "../../tests/fakes/chat-parts.ts"
import type { Ask } from "./ask.ts"
import { waitsFor } from "./waits-for.ts"

const bash = toolPart("a", "bash", {})

test("the call that asks waits, another one runs on", () => {
  const asks: Ask[] = [
    {
      kind: "permission",
      request: permission("per_1", { tool: { messageID: "msg_2", callID: bash.callID } }),
    },
    { kind: "question", request: question("que_1") },
  ]
  expect(waitsFor(asks, bash)).toBe(true)
  expect(waitsFor(asks, toolPart("b", "bash", {}))).toBe(false)
})

test("the call that runs a sub-agent waits while the sub-agent asks", () => {
  const running = (metadata: Record<string, unknown>) =>
    withState(toolPart("t", "task", {}), { status: "running", input: {}, metadata, time: { start: 1 } })
  const asks: Ask[] = [{ kind: "permission", request: permission("per_1", { sessionID: "ses_child" }) }]
  expect(waitsFor(asks, running({ sessionId: "ses_child" }))).toBe(true)
  expect(waitsFor(asks, running({ sessionId: "ses_other" }))).toBe(false)
  expect(waitsFor(asks, running({}))).toBe(false)
})
