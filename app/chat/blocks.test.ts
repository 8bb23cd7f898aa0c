import type { Part } from "@opencode-ai/sdk/v2/client"
import { expect, test } from "vitest"
import { answer, textPart, toolPart, withState } from "../../tests/fakes/chat-parts.ts"
import { blocksOf } from "./blocks.ts"

const read = (id: string) => toolPart(id, "read", { filePath: `/work/repo/${id}` })
const keys = (parts: Part[]) => blocksOf([answer("msg_2", parts)]).map(({ key }) => key)

test("looking around is one block, across the steps of an answer", () => {
  const blocks = blocksOf([
    answer("msg_2", [read("a"), toolPart("b", "grep", { pattern: "x" })]),
    answer("msg_3", [read("c"), textPart("d", "Found it.")]),
  ])
  expect(blocks.map(({ key }) => key)).toEqual(["explore:a", "text:d"])
  expect(blocks[0]?.block.kind === "explore" && blocks[0].block.parts.map((part) => part.id)).toEqual([
    "a",
    "b",
    "c",
  ])
})

test("a failed look stands alone, so that it can open by itself", () => {
  const failed = withState(read("b"), {
    status: "error",
    input: {},
    error: "ENOENT",
    time: { start: 1, end: 2 },
  })
  expect(keys([read("a"), failed, read("c")])).toEqual(["explore:a", "tool:b", "explore:c"])
})

test("bookkeeping, hidden texts and kinds that we have not met are left out", () => {
  const base = { sessionID: "ses_1", messageID: "msg_2" }
  const unknown = { ...base, id: "z", type: "hologram" } as unknown as Part
  expect(
    keys([
      { ...base, id: "s", type: "step-start" },
      { ...base, id: "p", type: "patch", hash: "h", files: [] },
      { ...base, id: "n", type: "snapshot", snapshot: "x" },
      textPart("i", "for the model", { synthetic: true }),
      textPart("j", "ignored", { ignored: true }),
      unknown,
      textPart("t", "hello"),
    ]),
  ).toEqual(["text:t"])
})

test("an answer that failed ends with its error", () => {
  const error = { name: "UnknownError" as const, data: { message: "boom" } }
  expect(blocksOf([answer("msg_2", [textPart("t", "half")], { error })]).map(({ key }) => key)).toEqual([
    "text:t",
    "error:msg_2",
  ])
})
