import { expect, test } from "vitest"
import { prompt, session } from "../../tests/fakes/chat-parts.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { applyEvent } from "./apply-event.ts"
import { emptyChatState } from "./chat-state.ts"
import { mergeOpened } from "./merge-opened.ts"
import { mergeSessions } from "./merge-sessions.ts"

const failed = {
  type: "session.error",
  properties: { sessionID: "ses_1", error: { name: "UnknownError", data: { message: "It broke" } } },
} as ServerEvent

function failedState() {
  const state = emptyChatState()
  state.sessions.ses_1 = session("ses_1")
  state.messages.ses_1 = [prompt("msg_1", "one")]
  applyEvent(state, failed)
  return state
}

/** What a resync merges, in its order. */
function resync(
  state: ReturnType<typeof emptyChatState>,
  turns: string[],
  since: ServerEvent[],
  keep: boolean,
) {
  mergeSessions(state, { sessions: [session("ses_1")], status: {} }, since, () => keep)
  if (!keep) return
  const snapshot = turns.map((id) => prompt(id, id))
  const opening = { session: session("ses_1"), children: [], turns: snapshot, cursor: undefined }
  mergeOpened(state, "ses_1", opening, since, new Map())
}

test("what went wrong is forgotten when the next prompt was sent and answered in the gap", () => {
  const state = failedState()
  resync(state, ["msg_1", "msg_2"], [], true)
  expect(state.errors).toEqual({})
})

test("what went wrong is forgotten, too, when that prompt waited in the outbox of another tab", () => {
  const state = failedState()
  state.messages.ses_1?.push({ ...prompt("msg_2", "msg_2"), pending: true })
  resync(state, ["msg_1", "msg_2"], [], true)
  expect(state.errors).toEqual({})
})

test("what went wrong stays while no other prompt was sent, and when it went wrong again after the gap", () => {
  const state = failedState()
  resync(state, ["msg_1"], [], true)
  expect(Object.keys(state.errors)).toEqual(["ses_1"])
  resync(state, ["msg_1", "msg_2"], [failed], true)
  expect(Object.keys(state.errors)).toEqual(["ses_1"])
})

test("of a session that nobody looks at, nothing is known after a gap", () => {
  const state = failedState()
  resync(state, [], [], false)
  expect(state.errors).toEqual({})
})

test("a sub-agent's session that was deleted in the gap is gone, and one that began after the answer is there", () => {
  const state = failedState()
  const child = (id: string) => session(id, { parentID: "ses_1" })
  for (const id of ["ses_2", "ses_3"]) state.sessions[id] = child(id)
  const opening = { session: session("ses_1"), children: [child("ses_3")], turns: [], cursor: undefined }
  const created = { type: "session.created", properties: { sessionID: "ses_4", info: child("ses_4") } }
  mergeOpened(state, "ses_1", opening, [created as ServerEvent], new Map())
  expect(Object.keys(state.sessions)).toEqual(["ses_1", "ses_3", "ses_4"])
})
