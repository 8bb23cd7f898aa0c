import { beforeEach, expect, test } from "vitest"
import { assistantMessage, textPart } from "../../tests/fakes/chat-parts.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { applyEvent } from "./apply-event.ts"
import { type ChatState, emptyChatState } from "./chat-state.ts"
import { holdTexts, mergeMessages } from "./merge-messages.ts"
import { gapMark } from "./text-after-gap.ts"
import { makeTornTexts, type TornTexts } from "./torn-texts.ts"

let state: ChatState
let torn: TornTexts

const info = assistantMessage("msg_1")
const part = (text: string, end?: number) => ({
  ...textPart("prt_1", text, { messageID: "msg_1" }),
  time: end === undefined ? { start: 1 } : { start: 1, end },
})
const words = (delta: string) => {
  const properties = { sessionID: "ses_1", messageID: "msg_1", partID: "prt_1", field: "text", delta }
  return { id: "evt_1", type: "message.part.delta", properties } as ServerEvent
}
const say = (delta: string) => {
  torn.mark(state, words(delta))
  applyEvent(state, words(delta))
}
const text = () => {
  const now = state.messages.ses_1?.[0]?.parts[0]
  return now?.type === "text" ? now.text : ""
}

beforeEach(() => {
  torn = makeTornTexts()
  state = emptyChatState()
  state.messages.ses_1 = [{ info, parts: [part("one two")] }]
  state.status.ses_1 = { type: "busy" }
})

test("the first words after a gap have a mark before them, also while the server has not answered", () => {
  torn.tear(state, "ses_1")
  say(" four")
  say(" five")
  expect(text()).toBe(`one two${gapMark} four five`)
})

test("fetched once more, because the first time failed, it still has its mark", () => {
  torn.tear(state, "ses_1")
  say(" four")
  torn.tear(state, "ses_1")
  const held = holdTexts(state, "ses_1")
  mergeMessages(state, "ses_1", [{ info, parts: [part("")] }], [], held)
  expect(text().startsWith(`one two${gapMark} four`)).toBe(true)
})

test("words after the answer was merged have no second mark", () => {
  torn.tear(state, "ses_1")
  const held = holdTexts(state, "ses_1")
  mergeMessages(state, "ses_1", [{ info, parts: [part("")] }], [], held)
  say(" four")
  expect(text()).toBe(`one two${gapMark} four`)
})

test("without a gap there is no mark, and none in a text that is complete", () => {
  say(" three")
  expect(text()).toBe("one two three")
  torn.tear(state, "ses_1")
  state.messages.ses_1 = [{ info, parts: [part("one two three", 2)] }]
  say(" three")
  expect(text()).toBe("one two three")
})
