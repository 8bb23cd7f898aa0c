// The attack: a server names a session, a message or a part after something that every object has, and our
// state leads it there. Through the real store, as events and as answers.

import type { Session } from "@opencode-ai/sdk/v2/client"
import fc from "fast-check"
import { createRoot } from "solid-js"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { session, textPart, userMessage } from "../../tests/fakes/chat-parts.ts"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
import { makeClient, makeServerFetch } from "../connection/client.ts"
import type { Follower, ServerEvent } from "../connection/connection.ts"
import type { Chat } from "./chat.ts"
import { createChat } from "./create-chat.ts"

const server = { id: "t:1", name: "t", url: "http://t:1", provided: false }
const hostile = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]
const loot = { polluted: "yes", signal: 1, headers: { x: "y" } }

let chat: Chat
let follower: Follower
let sessions: Session[]
let status: string
let dispose: () => void

async function serve(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname.endsWith("/session/status"))
    return new Response(status, { headers: { "content-type": "application/json" } })
  if (pathname.endsWith("/path")) return Response.json({ directory: "/work/repo" })
  return Response.json(request.method === "POST" ? session("constructor") : sessions)
}

/** Everything that a session's id can be written into. */
const eventsOf = (id: string): ServerEvent[] => {
  const error = { name: "UnknownError", data: { message: "no" } }
  const info = JSON.parse(
    JSON.stringify({ ...session(id), ...loot }).replace("{", '{"__proto__":{"polluted":1},'),
  )
  const part = { ...textPart(id, "text", { messageID: id }), ...loot }
  const events = [
    ["session.created", { info }],
    ["session.updated", { info: { ...info, title: "again" } }],
    ["session.status", { sessionID: id, status: { type: "busy", ...loot } }],
    ["session.error", { sessionID: id, error }],
    ["message.updated", { sessionID: id, info: { ...userMessage(id), ...loot } }],
    ["message.part.updated", { sessionID: id, part }],
    ["message.part.delta", { sessionID: id, messageID: id, partID: id, field: "__proto__", delta: "x" }],
    ["message.part.delta", { sessionID: id, messageID: id, partID: id, field: "toString", delta: "x" }],
    ["session.idle", { sessionID: id }],
  ] as const
  return events.map(([type, properties]) => ({ id: "evt_1", type, properties }) as unknown as ServerEvent)
}

const sharedNow = () =>
  [Object.prototype, Object, Function.prototype, Array.prototype, Object.prototype.toString].map((one) =>
    Reflect.ownKeys(one).map(String).join(),
  )

beforeEach(() => {
  // The store says that it refuses `__proto__`.
  vi.spyOn(console, "warn").mockReturnValue()
  sessions = hostile.map((id) => session(id))
  status = `{${hostile.map((id) => `"${id}":{"type":"busy"}`).join()}}`
  createRoot((end) => {
    dispose = end
    const link = {
      state: () => "live" as const,
      reason: () => undefined,
      retryNow: () => undefined,
      follow(one: Follower) {
        follower = one
      },
    }
    chat = createChat({
      server,
      client: makeClient(makeServerFetch(server, (request) => serve(request).then(fromTarget))),
      link,
    })
  })
})
afterEach(() => {
  dispose()
  vi.restoreAllMocks()
})

test("no event writes into what all objects share", () => {
  const before = sharedNow()
  for (const id of hostile) follower.apply(eventsOf(id))
  expect(sharedNow()).toEqual(before)
  expect("polluted" in {}).toBe(false)
  expect(chat.state.sessions["constructor" as string]?.title).toBe("again")
})

test("no answer to a resync writes there either, and the list stands", async () => {
  const before = sharedNow()
  const merge = await follower.resync(new AbortController().signal)
  follower.apply(hostile.flatMap(eventsOf))
  merge()
  const again = await follower.resync(new AbortController().signal)
  status = "{}"
  again()
  const last = await follower.resync(new AbortController().signal)
  last()
  expect(sharedNow()).toEqual(before)
  expect(chat.sessions().map((one) => one.id)).toEqual(
    expect.arrayContaining(hostile.filter((id) => id !== "__proto__")),
  )
  expect(Object.keys(chat.state.status)).toEqual([])
})

test("a session that is made or opened under such a name is a session like any other", async () => {
  const before = sharedNow()
  await chat.createSession()
  expect(chat.state.messages.constructor).toEqual([])
  const opened = createRoot((end) => ({ ...chat.openSession(() => "toString"), end }))
  await settle()
  expect(opened.state()).toBe("missing")
  opened.end()
  expect(sharedNow()).toEqual(before)
})

test("what the URL names is not there before the server said so", () => {
  for (const id of hostile.filter((one) => one !== "__proto__")) {
    expect(chat.state.sessions[id]).toBeUndefined()
    expect(chat.state.messages[id]).toBeUndefined()
  }
})

test("whatever ids a server makes up, the shared objects stay as they were", () => {
  const before = sharedNow()
  const names = Object.getOwnPropertyNames(Object.prototype)
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...names), fc.string()), (id) => {
      follower.apply(eventsOf(id))
      expect(sharedNow()).toEqual(before)
    }),
  )
})
