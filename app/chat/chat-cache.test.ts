import { expect, test } from "vitest"
import { session, textPart, userMessage } from "../../tests/fakes/chat-parts.ts"
import { copyTurns, snapshotOf, stateFrom } from "./chat-cache.ts"
import { emptyChatState, type Turn } from "./chat-state.ts"

const turn = (id: string, text: string, fields: Partial<Turn> = {}): Turn => ({
  info: userMessage(id),
  parts: [textPart(`${id}_p`, text)],
  ...fields,
})
const ids = (turns: readonly Turn[]) => turns.map((one) => one.info.id)

test("a prompt that the server has not confirmed is not remembered as if it had been sent", () => {
  expect(ids(copyTurns([turn("msg_1", "one"), turn("msg_2", "two", { pending: true })]))).toEqual(["msg_1"])
})

test("an attachment of any size costs memory for the newest messages only", () => {
  const image = "x".repeat(700_000)
  const turns = [turn("msg_1", image), turn("msg_2", "small"), turn("msg_3", image)]
  expect(ids(copyTurns(turns))).toEqual(["msg_2", "msg_3"])
})

test("the list is bounded, and the open session comes along with its sub-agents even beyond it", () => {
  const listed = Array.from({ length: 60 }, (_, index) => session(`ses_${index}`))
  const child = session("ses_child", { parentID: "ses_59" })
  const state = emptyChatState()
  for (const one of [...listed, child]) state.sessions[one.id] = one
  const kept = snapshotOf(state, "/work", listed, new Map([["ses_59", [turn("msg_1", "one")]]]))
  expect(kept.sessions.map((one) => one.id)).toEqual([
    ...listed.slice(0, 50).map((one) => one.id),
    "ses_59",
    "ses_child",
  ])
})

test("ids that mean something to JavaScript stay ids", () => {
  const state = emptyChatState()
  const hostile = "__proto__"
  const inherited = "constructor"
  state.sessions[hostile] = session(hostile)
  state.status[inherited] = { type: "busy" }
  const listed = [session(hostile), session(inherited)]
  const again = stateFrom(snapshotOf(state, "/work", listed, new Map()))
  expect(Object.keys(again.sessions)).toEqual([hostile])
  expect(Object.getPrototypeOf(again.status)).toBeNull()
  expect(again.status[inherited]).toEqual({ type: "busy" })
})
