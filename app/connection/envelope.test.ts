import { expect, test } from "vitest"
import { readEnvelope } from "./envelope.ts"

const event = { id: "evt_1", type: "session.idle", properties: { sessionID: "ses_1" } }
const wrap = (payload: unknown, rest: object = { directory: "/repo", project: "global" }) =>
  JSON.stringify({ ...rest, payload })

test("an event comes with the directory it happened in", () => {
  expect(readEnvelope(wrap(event))).toEqual({ directory: "/repo", event })
})

test("an event about the whole server has no directory", () => {
  expect(readEnvelope(wrap(event, {}))).toEqual({ directory: undefined, event })
  expect(readEnvelope(wrap(event, { directory: "global" }))?.directory).toBeUndefined()
})

test("the second copy of a durable event is dropped, wherever its type stands", () => {
  const syncEvent = { type: "session.created.1", data: {} }
  expect(readEnvelope(wrap({ type: "sync", syncEvent, id: "evt_1" }))).toBeUndefined()
  expect(readEnvelope(wrap({ syncEvent, properties: {}, type: "sync" }))).toBeUndefined()
})

test("a second copy is dropped without parsing it", () => {
  expect(readEnvelope('{"directory":"/a \\"quoted\\" one","payload":{"type":"sync",')).toBeUndefined()
})

test("an event that only speaks of sync is kept", () => {
  const nested = { payload: { type: "sync" } }
  const part = { id: "prt_1", state: { input: nested, output: '"payload":{"type":"sync"' } }
  const speaking = { id: "evt_2", type: "message.part.updated", properties: { part } }
  expect(readEnvelope(wrap(speaking))?.event).toEqual(speaking)
})

test.each([
  "",
  "{",
  "null",
  "[]",
  '{"payload":null}',
  '{"payload":{"type":1,"properties":{}}}',
  '{"payload":{"type":"x"}}',
])("%j is no event", (data) => {
  expect(readEnvelope(data)).toBeUndefined()
})
