import { expect, test } from "vitest"
import { answer, textPart } from "../../tests/fakes/chat-parts.ts"
import { emptyChatState } from "./chat-state.ts"
import { holdTexts, mergeMessages } from "./merge-messages.ts"
import { gapMark } from "./text-after-gap.ts"

/** An answer as the server tells of it while it is written, or after a crash: its text is empty and has no end. */
const unfinished = (messageID: string, created: number) =>
  answer(messageID, [textPart(`prt_${messageID}`, "", { messageID, time: { start: created } })], {
    time: { created },
  })

/** What the answers say after two gaps, while the session works. */
function textsAfterGaps(): string[] {
  const state = emptyChatState()
  state.status.ses_1 = { type: "busy" }
  for (let gap = 0; gap < 2; gap++) {
    const held = holdTexts(state, "ses_1")
    mergeMessages(state, "ses_1", [unfinished("msg_old", 1), unfinished("msg_new", 2)], [], held)
  }
  return (state.messages.ses_1 ?? []).flatMap(({ parts }) =>
    parts.map((part) => ("text" in part ? part.text : "")),
  )
}

test("only the newest answer may be missing words that are on their way; an older one was cut off by a crash", () => {
  expect(textsAfterGaps()).toEqual(["", gapMark])
})
