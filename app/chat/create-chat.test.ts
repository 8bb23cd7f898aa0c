import type { Session } from "@opencode-ai/sdk/v2/client"
import { createRoot, createSignal } from "solid-js"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { assistantMessage, session, textPart, userMessage } from "../../tests/fakes/chat-parts.ts"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import { sendAndWait } from "../../tests/fakes/send-and-wait.ts"
import { makeTestClock, settle, type TestClock } from "../../tests/fakes/test-clock.ts"
import { makeClient, makeServerFetch } from "../connection/client.ts"
import type { Follower, LinkState, ServerEvent } from "../connection/connection.ts"
import type { Chat } from "./chat.ts"
import type { Turn } from "./chat-state.ts"
import { createChat } from "./create-chat.ts"
import { settleMs } from "./hold-back.ts"
import { gapMark } from "./text-after-gap.ts"

/** A server in a few lines: what it stores, and what each path should do instead, if anything. */
let stored: { sessions: Session[]; messages: Record<string, Turn[]> }
let instead: Record<string, () => Promise<Response> | Response>
let asked: string[]
let clock: TestClock
let chat: Chat
let follower: Follower
let setLink: (state: LinkState) => void
let connection: AbortController
let dispose: () => void

const server = { id: "t:1", name: "t", url: "http://t:1", provided: false }
const event = (type: string, properties: object) => ({ id: "evt_1", type, properties }) as ServerEvent
const missing = () =>
  Response.json({ name: "NotFoundError", data: { message: "Session not found" } }, { status: 404 })
const root = (id: string, updated: number, fields: Partial<Session> = {}) =>
  session(id, { time: { created: 1, updated }, ...fields })

async function serve(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const path = `${request.method} ${pathname.replace("/api/proxy", "")}`
  asked.push(path)
  request.signal.throwIfAborted()
  const other = instead[path]
  if (other) return other()
  const [, , id = "", kind] = pathname.replace("/api/proxy", "").split("/")
  if (path === "GET /path") return Response.json({ directory: "/work/repo" })
  if (path === "GET /session/status") return Response.json({})
  if (path === "GET /session")
    return Response.json(stored.sessions.slice(0, Number(searchParams.get("limit"))))
  if (path === "POST /session") return Response.json(root("ses_new", 99))
  if (kind === "prompt_async") return new Response(null, { status: 204 })
  const one = stored.sessions.find((each) => each.id === id)
  if (!one) return missing()
  if (kind === "children") return Response.json([])
  if (kind === "message") return Response.json(stored.messages[id] ?? [])
  return Response.json(one)
}

async function goLive(): Promise<void> {
  connection.abort()
  connection = new AbortController()
  const { signal } = connection
  const merging = follower.resync(signal)
  setLink("live")
  const merge = await merging.catch(() => undefined)
  if (!signal.aborted) merge?.()
  await settle()
}

const open = (id: () => string) => createRoot((end) => ({ ...chat.openSession(id), end }))
const turn = (id: string, text: string): Turn => ({
  info: userMessage(id),
  parts: [textPart(`${id}_p`, text, { messageID: id })],
})

beforeEach(() => {
  localStorage.clear()
  stored = { sessions: [root("ses_1", 10), root("ses_2", 20)], messages: { ses_1: [turn("msg_1", "one")] } }
  instead = {}
  asked = []
  clock = makeTestClock()
  connection = new AbortController()
  createRoot((end) => {
    dispose = end
    const [state, set] = createSignal<LinkState>("connecting")
    setLink = set
    const link = {
      state,
      reason: () => "It is down.",
      retryNow: () => undefined,
      follow(one: Follower) {
        follower = one
      },
    }
    const client = makeClient(makeServerFetch(server, (request) => serve(request).then(fromTarget)))
    chat = createChat({ server, client, link }, { clock })
  })
})

afterEach(() => dispose())

describe("the list", () => {
  test("root sessions of the server's own directory, the latest first, without the archived", async () => {
    stored.sessions.push(
      root("ses_child", 30, { parentID: "ses_1" }),
      root("ses_elsewhere", 40, { directory: "/elsewhere" }),
      root("ses_old", 50, { time: { created: 1, updated: 50, archived: 60 } }),
    )
    expect(chat.sessionsState()).toBe("loading")
    await goLive()
    expect(chat.sessionsState()).toBe("ready")
    expect(chat.sessions().map((one) => one.id)).toEqual(["ses_2", "ses_1"])
  })

  test("while the server is down the list waits and blames nobody: why is the link's to say", async () => {
    setLink("retrying")
    expect(chat.sessionsState()).toBe("waiting")
    setLink("connecting")
    expect(chat.sessionsState()).toBe("loading")
    await goLive()
    expect(chat.sessionsState()).toBe("ready")
  })

  test("a list that cannot be fetched is failed, and reload tries again", async () => {
    instead["GET /session"] = () =>
      Response.json({ name: "UnknownError", data: { message: "no" } }, { status: 500 })
    await goLive()
    expect(chat.sessionsState()).toBe("failed")
    instead = {}
    chat.reload()
    await settle()
    expect(chat.sessions()).toHaveLength(2)
  })

  test("a connection that ended while the list was on its way is no failure of the list", async () => {
    instead["GET /session"] = () => {
      connection.abort()
      return Promise.reject(new DOMException("ended", "AbortError"))
    }
    await goLive()
    expect(chat.sessionsState()).toBe("loading")
  })

  test("more sessions than a page come page by page", async () => {
    stored.sessions = Array.from({ length: 70 }, (_, index) => root(`ses_${index}`, 1000 - index))
    await goLive()
    expect(chat.sessions()).toHaveLength(50)
    expect(chat.hasMoreSessions()).toBe(true)
    await chat.loadMoreSessions()
    expect(chat.sessions()).toHaveLength(70)
    expect(chat.hasMoreSessions()).toBe(false)
    // The next resync fetches as many as are shown.
    await goLive()
    expect(chat.sessions()).toHaveLength(70)
  })
})

describe("an open session", () => {
  test("opened before the link is live, it comes with the first resync", async () => {
    const opened = open(() => "ses_1")
    expect(opened.state()).toBe("loading")
    await goLive()
    expect(opened.state()).toBe("ready")
    expect(chat.state.messages.ses_1).toEqual([turn("msg_1", "one")])
  })

  test("one that does not exist is missing, also when its id has another form", async () => {
    await goLive()
    instead["GET /session/nonsense"] = () => Response.json({}, { status: 500 })
    const opened = [open(() => "ses_9"), open(() => "nonsense")]
    await settle()
    expect(opened.map((one) => one.state())).toEqual(["missing", "missing"])
  })

  test("one that fails says why, holds nothing else up, and can be retried", async () => {
    instead["GET /session/ses_1/message"] = () =>
      Response.json({ name: "X", data: { message: "The disk is full" } }, { status: 500 })
    const broken = open(() => "ses_1")
    const fine = open(() => "ses_2")
    await goLive()
    expect([broken.state(), fine.state(), chat.sessionsState()]).toEqual(["failed", "ready", "ready"])
    expect(broken.reason()).toBe("The disk is full")
    instead = {}
    broken.retry()
    await settle()
    expect(broken.state()).toBe("ready")
  })

  test("while the server is down, a session that is not loaded waits", () => {
    const opened = open(() => "ses_1")
    setLink("refused")
    expect([opened.state(), opened.reason()]).toEqual(["waiting", undefined])
  })

  test("deleted by somebody else, it is missing", async () => {
    const opened = open(() => "ses_1")
    await goLive()
    follower.apply([event("session.deleted", { sessionID: "ses_1", info: root("ses_1", 1) })])
    expect(opened.state()).toBe("missing")
  })

  test("going back to a session that was just left asks for nothing", async () => {
    const [id, setId] = createSignal("ses_1")
    const opened = open(id)
    await goLive()
    setId("ses_2")
    await settle()
    asked = []
    setId("ses_1")
    await settle()
    expect(opened.state()).toBe("ready")
    expect(asked).toEqual([])
  })

  test("only the last few that were left stay loaded", async () => {
    stored.sessions = Array.from({ length: 8 }, (_, index) => root(`ses_${index}`, index))
    const [id, setId] = createSignal("ses_0")
    open(id)
    await goLive()
    for (const one of stored.sessions) {
      setId(one.id)
      await settle()
    }
    expect(Object.keys(chat.state.messages).sort()).toEqual([
      "ses_2",
      "ses_3",
      "ses_4",
      "ses_5",
      "ses_6",
      "ses_7",
    ])
  })

  test("a session that was left is forgotten at the next gap, and loaded anew when it is opened again", async () => {
    const opened = open(() => "ses_1")
    await goLive()
    opened.end()
    stored.messages.ses_1?.push({ ...turn("msg_2", "two"), info: assistantMessage("msg_2") })
    await goLive()
    expect(chat.state.messages.ses_1).toBeUndefined()
    open(() => "ses_1")
    await settle()
    expect(chat.state.messages.ses_1).toHaveLength(2)
  })

  test("an answer from before a gap is not merged after it", async () => {
    await goLive()
    const late = Promise.withResolvers<Response>()
    instead["GET /session/ses_1/message"] = () => late.promise
    open(() => "ses_1")
    await settle()
    instead = {}
    stored.messages.ses_1 = [turn("msg_5", "after the gap")]
    await goLive()
    late.resolve(Response.json([turn("msg_1", "before the gap")]))
    await settle()
    expect(chat.state.messages.ses_1).toEqual([turn("msg_5", "after the gap")])
  })

  test("a session that was made across a gap is loaded: what was told of it has a hole", async () => {
    await goLive()
    const late = Promise.withResolvers<Response>()
    instead["POST /session"] = () => late.promise
    const made = chat.createSession()
    await settle()
    const info = userMessage("msg_9", { sessionID: "ses_new" })
    follower.apply([event("message.updated", { sessionID: "ses_new", info })])
    await goLive()
    stored.sessions.push(root("ses_new", 99))
    stored.messages.ses_new = [turn("msg_8", "missed"), turn("msg_9", "told")]
    late.resolve(Response.json(root("ses_new", 99)))
    await made
    await settle()
    expect(chat.state.messages.ses_new?.map((one) => one.info.id)).toEqual(["msg_8", "msg_9"])
  })

  test("words that come before the answer to a gap do not close it, not even when it has to be asked for again", async () => {
    const text = { ...textPart("prt_t", "one two", { messageID: "msg_2" }), time: { start: 1 } }
    stored.messages.ses_1 = [{ info: assistantMessage("msg_2"), parts: [text] }]
    open(() => "ses_1")
    await goLive()
    const ids = { sessionID: "ses_1", messageID: "msg_2", partID: "prt_t", field: "text" }
    stored.messages.ses_1 = [{ info: assistantMessage("msg_2"), parts: [{ ...text, text: "" }] }]
    instead["GET /path"] = () => Response.error()
    await goLive()
    follower.apply([event("message.part.delta", { ...ids, delta: " four" })])
    const now = () => {
      const part = chat.state.messages.ses_1?.[0]?.parts[0]
      return part?.type === "text" ? part.text : ""
    }
    expect(now()).toBe(`one two${gapMark} four`)
    instead = {}
    await goLive()
    expect(now().startsWith(`one two${gapMark} four`)).toBe(true)
  })

  test("asking for the list anew keeps the sub-agents of the open session: no list names them", async () => {
    open(() => "ses_1")
    await goLive()
    const info = root("ses_sub", 30, { parentID: "ses_1" })
    follower.apply([event("session.created", { sessionID: "ses_sub", info })])
    chat.reload()
    await settle()
    expect(chat.state.sessions.ses_sub).toEqual(info)
  })
})

describe("sending", () => {
  const shown = () =>
    chat.state.messages.ses_1?.map((one) => [
      one.parts[0]?.type === "text" && one.parts[0].text,
      one.pending ?? false,
    ])
  const lastId = () => chat.state.messages.ses_1?.at(-1)?.info.id as string
  const echo = () =>
    follower.apply([
      event("message.updated", {
        sessionID: "ses_1",
        info: userMessage(lastId(), { time: { created: 5000 } }),
      }),
    ])

  beforeEach(async () => {
    open(() => "ses_1")
    await goLive()
  })

  const send = (text: string) => sendAndWait(chat, "ses_1", { text })
  /** Until the server settled after the gap before it. */
  const sent = () => clock.advance(settleMs)

  test("a prompt is shown at once as pending, and confirmed by its echo", async () => {
    const arrived = send("two")
    expect(shown()).toEqual([
      ["one", false],
      ["two", true],
    ])
    await sent()
    echo()
    await arrived
    expect(shown()).toEqual([
      ["one", false],
      ["two", false],
    ])
  })

  test("a refused prompt is taken back, with the server's sentence", async () => {
    instead["POST /session/ses_1/prompt_async"] = () =>
      Response.json({ name: "BadRequest", data: { message: "Too long" } }, { status: 400 })
    const refused = send("two").catch((error: Error) => error.message)
    await sent()
    expect(await refused).toBe("Too long")
    expect(shown()).toEqual([["one", false]])
  })

  test("a prompt without an echo is looked for: gone is gone", async () => {
    const gone = send("two").catch((error: Error) => error.message)
    instead[`GET /session/ses_1/message/${lastId()}`] = missing
    await sent()
    await clock.advance(9_999)
    expect(shown()).toHaveLength(2)
    await clock.advance(1)
    expect(await gone).toContain("did not keep the prompt")
    expect(shown()).toEqual([["one", false]])
  })

  test("a prompt that is on its way survives a resync", async () => {
    void send("two")
    await sent()
    await goLive()
    expect(shown()).toEqual([
      ["one", false],
      ["two", true],
    ])
  })

  test("a new session is known to be empty: its first prompt is shown at once", async () => {
    const created = await chat.createSession()
    asked = []
    chat.outbox.send({ sessionID: created.id }, { text: "first" })
    const opened = open(() => created.id)
    expect(opened.state()).toBe("ready")
    expect(chat.state.messages.ses_new).toMatchObject([{ pending: true }])
    expect(asked.filter((path) => path.startsWith("GET"))).toEqual([])
  })
})
