import type { Part, ReasoningPart, TextPart } from "@opencode-ai/sdk/v2/client"
import { beforeEach, describe, expect, test } from "vitest"
import { assistantMessage, session, textPart, toolPart, userMessage } from "../../tests/fakes/chat-parts.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { applyEvent } from "./apply-event.ts"
import { type ChatState, emptyChatState } from "./chat-state.ts"

const ids = { sessionID: "ses_1", messageID: "msg_2" }
const writing = (text: string): TextPart => textPart("prt_2", text, { time: { start: 1 } })
const apply = (type: string, properties: object) =>
  applyEvent(state, { id: "evt_1", type, properties } as ServerEvent)
const delta = (text: string, fields: object = {}) =>
  apply("message.part.delta", { ...ids, partID: "prt_2", field: "text", delta: text, ...fields })
const updated = (part: Part) => apply("message.part.updated", { sessionID: "ses_1", part, time: 0 })
const parts = () => state.messages.ses_1?.[1]?.parts ?? []
const messageIds = () => state.messages.ses_1?.map((turn) => turn.info.id)

let state: ChatState

beforeEach(() => {
  state = emptyChatState()
  state.sessions.ses_1 = session("ses_1")
  state.messages.ses_1 = [
    { info: userMessage("msg_1"), parts: [textPart("prt_1", "hello", { messageID: "msg_1" })] },
    { info: assistantMessage("msg_2"), parts: [writing("one")] },
  ]
})

describe("parts", () => {
  test("a delta grows its part", () => {
    delta(" two")
    expect(parts()).toMatchObject([{ text: "one two" }])
  })

  test("a delta for a part, a message or a session we have not seen is dropped, not invented", () => {
    const before = structuredClone(state)
    delta("x", { partID: "prt_9" })
    delta("x", { messageID: "msg_9" })
    delta("x", { sessionID: "ses_9" })
    expect(state).toEqual(before)
  })

  test("a delta for a field that holds no text is dropped", () => {
    delta("x", { field: "time" })
    delta("x", { field: "unknown" })
    expect(parts()).toEqual([writing("one")])
  })

  test("a delta that comes after its part was completed is late, not new", () => {
    updated(textPart("prt_2", "one two", { time: { start: 1, end: 2 } }))
    delta(" two")
    expect(parts()).toMatchObject([{ text: "one two" }])
  })

  test("the complete part wins over everything that deltas made of it", () => {
    delta(" tvvo")
    updated(textPart("prt_2", "one two", { time: { start: 1, end: 2 } }))
    expect(parts()).toEqual([textPart("prt_2", "one two", { time: { start: 1, end: 2 } })])
  })

  test("reasoning grows in the same way", () => {
    const reasoning: ReasoningPart = {
      ...ids,
      id: "prt_3",
      type: "reasoning",
      text: "hm",
      time: { start: 1 },
    }
    updated(reasoning)
    delta("m", { partID: "prt_3" })
    expect(parts()[1]).toMatchObject({ text: "hmm" })
  })

  test("a part that is updated stays the same object, so that what is shown for it stays mounted", () => {
    const before = parts()[0]
    updated(writing("changed"))
    expect(parts()[0]).toBe(before)
  })

  test("a field that an update leaves out is gone", () => {
    updated({ ...writing("one"), synthetic: true })
    updated(writing("one"))
    expect(parts()[0]).not.toHaveProperty("synthetic")
  })

  test("an event stays as it came, whatever happens to what it brought", () => {
    const part = textPart("prt_5", "a", { time: { start: 1 } })
    updated(part)
    delta("b", { partID: "prt_5" })
    expect(part.text).toBe("a")
  })

  test("parts stand by id, whatever order they come in", () => {
    updated({ ...toolPart("prt_4", "bash", {}), ...ids })
    updated({ ...toolPart("prt_3", "read", {}), ...ids })
    expect(parts().map((part) => part.id)).toEqual(["prt_2", "prt_3", "prt_4"])
  })

  test("a removed part is gone, one that we never had does not matter", () => {
    apply("message.part.removed", { ...ids, partID: "prt_9" })
    apply("message.part.removed", { ...ids, partID: "prt_2" })
    expect(parts()).toEqual([])
  })

  test("kinds of parts and events from the future are kept or ignored, not errors", () => {
    updated({ ...ids, id: "prt_3", type: "hologram" } as unknown as Part)
    apply("session.teleported", { sessionID: "ses_1" })
    expect(parts()).toHaveLength(2)
  })
})

describe("messages", () => {
  const message = (id: string, created: number) =>
    apply("message.updated", { sessionID: "ses_1", info: userMessage(id, { time: { created } }) })

  test("messages stand in the server's order: by time, then by id", () => {
    message("msg_a", 3000)
    message("msg_9", 2000)
    message("msg_8", 2000)
    expect(messageIds()).toEqual(["msg_1", "msg_2", "msg_8", "msg_9", "msg_a"])
  })

  test("the echo of our prompt replaces it, and takes it to where the server's clock says", () => {
    const pending = { info: userMessage("msg_3", { time: { created: 9000 } }), parts: [], pending: true }
    state.messages.ses_1?.push(pending)
    apply("message.updated", {
      sessionID: "ses_1",
      info: assistantMessage("msg_4", { time: { created: 3000 } }),
    })
    message("msg_3", 2000)
    expect(messageIds()).toEqual(["msg_1", "msg_2", "msg_3", "msg_4"])
    expect(state.messages.ses_1?.[2]).toBe(pending)
    expect(pending).not.toHaveProperty("pending")
  })

  test("a message older than the oldest one here belongs to a page that is not loaded", () => {
    message("msg_0", 500)
    expect(messageIds()).toEqual(["msg_1", "msg_2"])
  })

  test("messages of a session that is not loaded are not collected", () => {
    apply("message.updated", { sessionID: "ses_2", info: userMessage("msg_9", { sessionID: "ses_2" }) })
    expect(state.messages.ses_2).toBeUndefined()
  })

  test("a removed message is gone", () => {
    apply("message.removed", ids)
    apply("message.removed", ids)
    expect(messageIds()).toEqual(["msg_1"])
  })
})

describe("sessions", () => {
  const error = (message: string, name = "UnknownError") =>
    apply("session.error", { sessionID: "ses_1", error: { name, data: { message } } })
  const status = (type: string) => apply("session.status", { sessionID: "ses_1", status: { type } })

  test("a deleted session takes everything of it along", () => {
    status("busy")
    error("broken")
    apply("session.deleted", { sessionID: "ses_1", info: session("ses_1") })
    expect(state).toEqual(emptyChatState())
  })

  test("idle is the absence of a status, however it is told", () => {
    status("busy")
    status("idle")
    expect(state.status).toEqual({})
    status("busy")
    apply("session.idle", { sessionID: "ses_1" })
    expect(state.status).toEqual({})
  })

  test("an error stays until the next prompt is at work", () => {
    status("busy")
    error("broken")
    status("busy")
    expect(state.errors.ses_1).toBe("broken.")
    status("idle")
    expect(state.errors.ses_1).toBe("broken.")
    status("busy")
    expect(state.errors.ses_1).toBeUndefined()
  })

  test("an error is history with the next prompt, also when the rest of it is lost in a gap", () => {
    const prompted = (id: string, created: number) =>
      apply("message.updated", { sessionID: "ses_1", info: userMessage(id, { time: { created } }) })
    error("broken")
    prompted("msg_1", 1000)
    prompted("msg_0", 500)
    expect(state.errors.ses_1).toBe("broken.")
    const info = userMessage("msg_3", { time: { created: 9000 } })
    state.messages.ses_1?.push({ info, parts: [], pending: true })
    prompted("msg_3", 3000)
    expect(state.errors.ses_1).toBeUndefined()
  })

  test("the stack trace that follows an error does not hide its sentence", () => {
    error("Model not found: q/z.")
    error("ProviderModelNotFoundError: Model not found: q/z.\n    at <anonymous> (/$bunfs/x.js:1:1)")
    expect(state.errors.ses_1).toBe("Model not found: q/z.")
  })

  test("a stack trace alone is cut to its first line", () => {
    error("Odd thing\n    at <anonymous> (/$bunfs/x.js:1:1)")
    expect(state.errors.ses_1).toBe("Odd thing.")
  })

  test("stopping is no error", () => {
    error("Aborted", "MessageAbortedError")
    expect(state.errors).toEqual({})
  })
})
