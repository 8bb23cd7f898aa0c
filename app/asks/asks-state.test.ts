import { beforeEach, expect, test } from "vitest"
import { permission, question, session } from "../../tests/fakes/chat-parts.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { type AsksState, applyAskEvent, mergeAsks } from "./asks-state.ts"

const event = (type: string, properties: object) => ({ id: "evt_1", type, properties }) as ServerEvent
const apply = (type: string, properties: object) => applyAskEvent(state, event(type, properties))
const open = () => state.open.map((ask) => ask.request.id)
const busy = { ses_1: { type: "busy" as const }, ses_2: { type: "busy" as const } }

let state: AsksState

beforeEach(() => {
  state = { open: [] }
  apply("permission.asked", permission("per_2"))
  apply("question.asked", question("que_1"))
})

test("asks of both kinds are one list, oldest first", () => {
  expect(open()).toEqual(["que_1", "per_2"])
})

test("an ask that comes twice is one ask", () => {
  apply("permission.asked", permission("per_2"))
  expect(open()).toEqual(["que_1", "per_2"])
})

test.each([
  ["permission.replied", "per_2", ["que_1"]],
  ["question.replied", "que_1", ["per_2"]],
  ["question.rejected", "que_1", ["per_2"]],
])("%s closes the ask, whoever answered it", (type, requestID, left) => {
  apply(type, { sessionID: "ses_1", requestID })
  expect(open()).toEqual(left)
})

test.each([
  ["session.idle", { sessionID: "ses_1" }],
  ["session.status", { sessionID: "ses_1", status: { type: "idle" } }],
  ["session.deleted", { sessionID: "ses_1", info: session("ses_1") }],
])("after %s nobody waits for an answer of that session", (type, properties) => {
  apply("permission.asked", permission("per_3", { sessionID: "ses_2" }))
  apply(type, properties)
  expect(open()).toEqual(["per_3"])
})

test("a session at work keeps its asks", () => {
  apply("session.status", { sessionID: "ses_1", status: { type: "busy" } })
  expect(open()).toEqual(["que_1", "per_2"])
})

test("a fresh answer replaces what was here, and events that came meanwhile win", () => {
  const since = [
    event("permission.asked", permission("per_5")),
    event("permission.replied", { sessionID: "ses_1", requestID: "per_3" }),
  ]
  const permissions = [permission("per_4"), permission("per_3")]
  mergeAsks(state, { permissions, questions: [question("que_6")], status: busy }, since)
  expect(open()).toEqual(["per_4", "per_5", "que_6"])
})

test("an ask of a stopped session, which the server lists for good, is left out", () => {
  const permissions = [permission("per_3"), permission("per_4", { sessionID: "ses_3" })]
  mergeAsks(state, { permissions, questions: [], status: busy }, [])
  expect(open()).toEqual(["per_3"])
})

test("an ask that was here already stays the same object, so that what a person typed into it stays", () => {
  const before = state.open[1]
  mergeAsks(state, { permissions: [permission("per_2")], questions: [], status: busy }, [])
  expect(state.open[0]).toBe(before)
})
