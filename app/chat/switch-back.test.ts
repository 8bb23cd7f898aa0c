// A server that is opened again: what it showed stands there at once, and is brought up to date as after a gap.

import type { Session, SessionStatus } from "@opencode-ai/sdk/v2/client"
import { createRoot, createSignal } from "solid-js"
import { afterEach, beforeEach, expect, test } from "vitest"
import { assistantMessage, session, textPart, userMessage } from "../../tests/fakes/chat-parts.ts"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
import { makeClient, makeServerFetch } from "../connection/client.ts"
import type { Follower, LinkState, ServerEvent } from "../connection/connection.ts"
import { makeServerMemory } from "../connection/last-known.ts"
import type { Chat } from "./chat.ts"
import type { Turn } from "./chat-state.ts"
import { createChat } from "./create-chat.ts"

const server = { id: "t:1", name: "t", url: "http://t:1", provided: false }
type Stored = { directory: string; sessions: Session[]; status: Record<string, SessionStatus> }
let stored: Stored & { messages: Record<string, Turn[]> }
let asked: string[]
/** Answers wait for it. */
let gate: Promise<unknown>
let memory: ReturnType<typeof makeServerMemory>
let close: () => void

const one = (id: string, updated: number, fields: Partial<Session> = {}) =>
  session(id, { time: { created: 1, updated }, ...fields })
const turn = (id: string, text: string, fields: Partial<Turn> = {}): Turn => ({
  info: userMessage(id),
  parts: [textPart(`${id}_p`, text, { messageID: id })],
  ...fields,
})

async function serve(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const path = pathname.replace("/api/proxy", "")
  asked.push(path)
  await gate
  request.signal.throwIfAborted()
  const [, , id = "", kind] = path.split("/")
  if (path === "/path") return Response.json({ directory: stored.directory })
  if (path === "/session/status") return Response.json(stored.status)
  if (path === "/session") {
    const inside = stored.sessions.filter((each) => each.directory === searchParams.get("directory"))
    return Response.json(inside)
  }
  if (kind === "children") return Response.json([])
  if (kind === "message") return Response.json(stored.messages[id] ?? [])
  const known = stored.sessions.find((each) => each.id === id)
  return known ? Response.json(known) : Response.json({ name: "NotFoundError", data: {} }, { status: 404 })
}

type Visit = {
  chat: Chat
  look: (id: string) => ReturnType<Chat["openSession"]> & { leave: () => void }
  live: () => Promise<void>
  tell: (...events: ServerEvent[]) => void
}

function visit(): Visit {
  close()
  return createRoot((end) => {
    close = end
    const [state, setLink] = createSignal<LinkState>("connecting")
    let follower: Follower | undefined
    const link = {
      state,
      reason: () => undefined,
      retryNow: () => undefined,
      follow(next: Follower) {
        follower = next
      },
    }
    const client = makeClient(makeServerFetch(server, (request) => serve(request).then(fromTarget)))
    const chat = createChat({ server, client, link, lastKnown: memory.of(server) })
    return {
      chat,
      look: (id) => createRoot((leave) => ({ ...chat.openSession(() => id), leave })),
      async live() {
        const merging = follower?.resync(new AbortController().signal)
        setLink("live")
        ;(await merging)?.()
        await settle()
      },
      tell: (...events) => follower?.apply(events),
    }
  })
}

const texts = (chat: Chat, id: string) =>
  chat.state.messages[id]?.flatMap((each) =>
    each.parts.map((part) => (part.type === "text" ? part.text : "")),
  )

beforeEach(() => {
  stored = {
    directory: "/work/repo",
    sessions: [one("ses_1", 10), one("ses_2", 20)],
    status: {},
    messages: { ses_1: [turn("msg_1", "one")], ses_2: [turn("msg_2", "two")] },
  }
  asked = []
  gate = Promise.resolve()
  memory = makeServerMemory()
  memory.keepOnly([server])
  close = () => undefined
})
afterEach(() => close())

/** Opens a session as a person does, and leaves the server for another one. */
async function first(id = "ses_1"): Promise<void> {
  const { look, live } = visit()
  look(id)
  await live()
  close()
  close = () => undefined
}

test("list and conversation are there before anything is answered, and marked as old until it is", async () => {
  await first()
  stored.sessions[0] = one("ses_1", 30, { title: "Newer title" })
  stored.messages.ses_1 = [turn("msg_1", "one"), turn("msg_3", "three")]
  const { chat, look, live } = visit()
  look("ses_1")
  expect(chat.sessionsState()).toBe("ready")
  expect(chat.sessions().map((each) => each.id)).toEqual(["ses_2", "ses_1"])
  expect([texts(chat, "ses_1"), chat.stale()]).toEqual([["one"], true])
  await live()
  expect(chat.sessions().map((each) => each.title)).toEqual(["Newer title", "ses_2"])
  expect([texts(chat, "ses_1"), chat.stale()]).toEqual([["one", "three"], false])
})

test("everything is asked for at once: the full state takes one round trip", async () => {
  await first()
  asked = []
  gate = new Promise(() => undefined)
  const { look, live } = visit()
  look("ses_1")
  void live()
  await settle()
  expect(asked.sort()).toEqual([
    "/path",
    "/session",
    "/session/ses_1",
    "/session/ses_1/children",
    "/session/ses_1/message",
    "/session/status",
  ])
})

test("a server that works in another directory now shows that one's sessions and no others", async () => {
  await first()
  stored.directory = "/elsewhere"
  stored.sessions.push(one("ses_9", 90, { directory: "/elsewhere" }))
  const { chat, live } = visit()
  await live()
  expect(chat.sessions().map((each) => each.id)).toEqual(["ses_9"])
})

test("a session that was deleted meanwhile goes from the list, and says so where it is open", async () => {
  await first()
  stored.sessions.shift()
  const { chat, look, live } = visit()
  const opened = look("ses_1")
  expect(texts(chat, "ses_1")).toEqual(["one"])
  await live()
  expect([opened.state(), chat.sessions().map((each) => each.id)]).toEqual(["missing", ["ses_2"]])
})

test("an answer that was being written when the server was left goes on without a hole or a repetition", async () => {
  const writing = (text: string): Turn => ({
    info: assistantMessage("msg_5", { time: { created: 2000 } }),
    parts: [textPart("prt_5", text, { messageID: "msg_5", time: { start: 1 } })],
  })
  const delta = (text: string) =>
    ({
      id: "evt_1",
      type: "message.part.delta",
      properties: { sessionID: "ses_1", messageID: "msg_5", partID: "prt_5", field: "text", delta: text },
    }) as ServerEvent
  const begun = {
    id: "evt_0",
    type: "message.part.updated",
    properties: { sessionID: "ses_1", part: writing("").parts[0], time: 0 },
  } as ServerEvent
  stored.messages.ses_1 = [{ ...writing(""), parts: [] }]
  stored.status = { ses_1: { type: "busy" } }
  const before = visit()
  before.look("ses_1")
  await before.live()
  before.tell(begun, delta("The first half"))
  const { chat, look, live } = visit()
  look("ses_1")
  expect([texts(chat, "ses_1"), chat.state.status.ses_1?.type]).toEqual([["The first half"], "busy"])
  stored.messages.ses_1 = [
    {
      ...writing(""),
      parts: [
        textPart("prt_5", "The first half, the second", { messageID: "msg_5", time: { start: 1, end: 2 } }),
      ],
    },
  ]
  stored.status = {}
  await live()
  expect([texts(chat, "ses_1"), chat.state.status.ses_1]).toEqual([["The first half, the second"], undefined])
})

test("what happens on the page does not change what is remembered, and the memory is no store", async () => {
  await first()
  const { chat, look } = visit()
  look("ses_1")
  close()
  const again = visit()
  again.look("ses_1")
  expect(texts(again.chat, "ses_1")).toEqual(["one"])
  expect(chat.state.messages.ses_1?.[0]).not.toBe(again.chat.state.messages.ses_1?.[0])
})

test("three conversations are remembered, the last fifty messages of each, no unconfirmed prompt", async () => {
  const long = Array.from({ length: 80 }, (_, index) =>
    turn(`msg_${String(index).padStart(3, "0")}`, `${index}`),
  )
  stored.sessions = [1, 2, 3, 4].map((id) => one(`ses_${id}`, id))
  stored.messages = { ses_1: [turn("msg_1", "1")], ses_2: long, ses_3: long, ses_4: long }
  const before = visit()
  await before.live()
  for (const { id } of stored.sessions) {
    const opened = before.look(id)
    await settle()
    opened.leave()
  }
  const { chat, look } = visit()
  for (const { id } of stored.sessions) look(id)
  expect(texts(chat, "ses_1")).toBeUndefined()
  expect(texts(chat, "ses_2")).toHaveLength(50)
  expect(texts(chat, "ses_4")?.at(-1)).toBe("79")
})

test("a conversation that was left before a gap is shown again at once, and is fetched then", async () => {
  const { chat, look, live } = visit()
  await live()
  const opened = look("ses_1")
  await settle()
  opened.leave()
  await live()
  stored.messages.ses_1 = [turn("msg_1", "one"), turn("msg_3", "three")]
  const again = look("ses_1")
  expect([texts(chat, "ses_1"), again.state()]).toEqual([["one"], "loading"])
  await settle()
  expect([texts(chat, "ses_1"), again.state()]).toEqual([["one", "three"], "ready"])
})
