// Link and chat against the real `opencode`, over real sockets, with a scripted model behind it.

import { createRoot, createSignal } from "solid-js"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { type ScriptedModel, startModel, testScript } from "../../demo/model.ts"
import { modelSettings } from "../../demo/model-settings.ts"
import { plainText } from "../../demo/turns.ts"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import { type OpenCode, startOpenCode } from "../../tests/fakes/opencode.ts"
import { sendAndWait } from "../../tests/fakes/send-and-wait.ts"
import { makeTempHome, type TempHome } from "../../tests/fakes/temp-home.ts"
import { answer } from "../connection/client.ts"
import type { Connection } from "../connection/connection.ts"
import { createConnection } from "../connection/create-connection.ts"
import type { Chat } from "./chat.ts"
import type { Turn } from "./chat-state.ts"
import { createChat } from "./create-chat.ts"
import { gapMark } from "./text-after-gap.ts"

let model: ScriptedModel
let home: TempHome
let opencode: OpenCode

beforeAll(async () => {
  model = startModel(testScript)
  home = makeTempHome("chat")
  opencode = await startOpenCode(home, { settings: modelSettings(model), password: "a password" })
}, 60_000)

afterAll(async () => {
  await opencode?.stop()
  await model?.stop()
  home?.remove()
}, 30_000)

type Page = {
  connection: Connection
  chat: Chat
  turns: () => Turn[]
  cut: (whileCut: () => Promise<void>) => Promise<void>
  close: () => void
}

/** A page that looks at one new session. Between it and the server stands what the proxy does: forward. */
async function openPage(): Promise<Page & { id: string; opened: ReturnType<Chat["openSession"]> }> {
  let isCut = false
  const streams = new Set<AbortController>()
  const forward = (request: Request): Promise<Response> => {
    if (isCut) return Promise.reject(new TypeError("cut"))
    const path = new URL(request.url).href.split("/api/proxy")[1]
    const headers = new Headers(opencode.headers)
    const type = request.headers.get("content-type")
    if (type) headers.set("content-type", type)
    const controller = new AbortController()
    if (path === "/global/event") streams.add(controller)
    const signal = AbortSignal.any([controller.signal, request.signal])
    const { method } = request
    const body = method === "GET" ? undefined : request.body
    return fetch(`${opencode.url}${path}`, {
      method,
      headers,
      signal,
      ...(body ? { body, duplex: "half" } : {}),
    } as RequestInit)
  }
  const cut = async (whileCut: () => Promise<void>) => {
    isCut = true
    for (const stream of streams) stream.abort()
    streams.clear()
    await whileCut()
    isCut = false
  }
  const server = { id: "t:1", name: "t", url: "http://t:1", provided: false }
  const made = createRoot((close) => {
    const connection = createConnection(server, { fetch: (request) => forward(request).then(fromTarget) })
    const chat = createChat(connection)
    const [id, setId] = createSignal("ses_nothing")
    return { close, connection, chat, opened: chat.openSession(id), setId }
  })
  await until(() => made.connection.link.state() === "live")
  const session = await made.chat.createSession()
  made.setId(session.id)
  return { ...made, cut, id: session.id, turns: () => made.chat.state.messages[session.id] ?? [] }
}

async function until(holds: () => boolean, ms = 20_000): Promise<void> {
  const give = Date.now() + ms
  while (!holds()) {
    if (Date.now() > give) throw new Error(`waited ${ms} ms in vain for ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const texts = (turns: readonly Turn[]) =>
  turns.map((turn) => turn.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(""))

let page: Awaited<ReturnType<typeof openPage>>
const isBusy = () => page.chat.state.status[page.id] !== undefined
const isAnswered = (count: number) =>
  !isBusy() && page.turns().length === count && page.turns().every(isComplete)
const isComplete = (turn: Turn) => turn.info.role === "user" || turn.info.time.completed !== undefined
const stored = async () =>
  JSON.parse(JSON.stringify(await answer(page.connection.client.session.messages({ sessionID: page.id }))))
const shown = () => JSON.parse(JSON.stringify(page.turns()))

beforeEach(async () => {
  localStorage.clear()
  page = await openPage()
  return () => page.close()
}, 30_000)

test("a prompt is shown at once and the answer grows as it is written", async () => {
  expect(page.opened.state()).toBe("ready")
  const sent = sendAndWait(page.chat, page.id, { text: "plain, please" })
  expect(page.turns()).toMatchObject([{ pending: true, parts: [{ text: "plain, please" }] }])
  await sent
  expect(page.turns()[0]?.pending).toBeUndefined()
  const seen = new Set<string>()
  await until(() => {
    seen.add(texts(page.turns())[1] ?? "")
    return isAnswered(2)
  })
  expect(seen.size).toBeGreaterThan(5)
  for (const text of seen) expect(plainText.startsWith(text)).toBe(true)
  expect(texts(page.turns())).toEqual(["plain, please", plainText])
  expect(shown()).toEqual(await stored())
  expect(page.chat.sessions().map((session) => session.id)).toContain(page.id)
}, 30_000)

test("what happened while the connection was cut is there when it is back", async () => {
  await page.cut(async () => {
    await until(() => page.connection.link.state() === "retrying")
    const body = JSON.stringify({ parts: [{ type: "text", text: "plain, from elsewhere" }] })
    const headers = { ...opencode.headers, "content-type": "application/json" }
    await fetch(`${opencode.url}/session/${page.id}/message`, { method: "POST", headers, body })
    await fetch(`${opencode.url}/session/${page.id}`, {
      method: "PATCH",
      headers,
      body: JSON.stringify({ title: "Elsewhere" }),
    })
  })
  page.connection.link.retryNow()
  await until(() => page.turns().length === 2)
  expect(texts(page.turns())).toEqual(["plain, from elsewhere", plainText])
  expect(page.chat.state.sessions[page.id]?.title).toBe("Elsewhere")
  expect(page.connection.link.state()).toBe("live")
}, 30_000)

test("an answer that was cut in the middle shows its gap, and in the end has none", async () => {
  await sendAndWait(page.chat, page.id, { text: "plain, please" })
  await until(() => (texts(page.turns())[1]?.length ?? 0) > 20)
  const before = texts(page.turns())[1] ?? ""
  await page.cut(() => new Promise((resolve) => setTimeout(resolve, 300)))
  page.connection.link.retryNow()
  await until(() => (texts(page.turns())[1] ?? "").includes(gapMark))
  const [held, ...rest] = (texts(page.turns())[1] ?? "").split(gapMark)
  expect(held?.startsWith(before)).toBe(true)
  expect(plainText.startsWith(held ?? "-")).toBe(true)
  for (const piece of rest) expect(plainText).toContain(piece)
  await until(() => isAnswered(2))
  expect(texts(page.turns())[1]).toBe(plainText)
}, 30_000)

test("a server that was killed and restarted is followed again, with nothing missing", async () => {
  await sendAndWait(page.chat, page.id, { text: "plain, first" })
  await until(() => isAnswered(2))
  await sendAndWait(page.chat, page.id, { text: "plain, second" })
  await until(() => (texts(page.turns())[3]?.length ?? 0) > 20)
  const written = texts(page.turns())[3] ?? ""
  opencode.child.signal("SIGKILL")
  await until(() => page.connection.link.state() === "retrying", 5_000)
  expect(page.connection.link.reason()).toBeTruthy()
  opencode = await startOpenCode(home, {
    settings: modelSettings(model),
    password: "a password",
    port: opencode.port,
  })
  await until(() => page.connection.link.state() === "live" && !isBusy())
  // The server lost what it was writing; what had arrived stays readable.
  expect(texts(page.turns()).slice(0, 3)).toEqual(["plain, first", plainText, "plain, second"])
  expect(texts(page.turns())[3]?.startsWith(written)).toBe(true)
  await sendAndWait(page.chat, page.id, { text: "plain, third" })
  await until(() => !isBusy() && texts(page.turns())[5] === plainText)
  const ids = (turns: Turn[]) => turns.map((turn) => turn.info.id)
  expect(ids(page.turns())).toEqual(ids(await stored()))
}, 60_000)

test("a prompt that the server accepts and then drops is taken back, with the reason", async () => {
  const sent = sendAndWait(page.chat, page.id, { text: "plain", agent: "nobody" })
  expect(page.turns()).toHaveLength(1)
  await expect(sent).rejects.toThrow(/nobody/)
  expect(page.turns()).toEqual([])
}, 30_000)

test("a prompt to a session that is gone is taken back, with the reason", async () => {
  const headers = { ...opencode.headers }
  await page.cut(
    async () => void (await fetch(`${opencode.url}/session/${page.id}`, { method: "DELETE", headers })),
  )
  const sent = sendAndWait(page.chat, page.id, { text: "plain" })
  expect(page.turns()).toHaveLength(1)
  await expect(sent).rejects.toThrow(/not found/i)
  await until(() => page.opened.state() === "missing")
}, 30_000)

test("a prompt right after a failed turn is answered", async () => {
  await sendAndWait(page.chat, page.id, { text: "broken" })
  await until(() => page.chat.state.errors[page.id] !== undefined && !isBusy())
  await sendAndWait(page.chat, page.id, { text: "plain, again" })
  expect(page.chat.state.errors[page.id]).toBeUndefined()
  await until(() => !isBusy() && texts(page.turns()).at(-1) === plainText)
}, 30_000)

test("stop ends the answer and keeps what was written", async () => {
  await sendAndWait(page.chat, page.id, { text: "plain, please" })
  await until(() => (texts(page.turns())[1]?.length ?? 0) > 20)
  await page.chat.stop(page.id)
  await until(() => isAnswered(2))
  const text = texts(page.turns())[1] ?? ""
  expect(text.length).toBeGreaterThan(20)
  expect(text.length).toBeLessThan(plainText.length)
  // Stopping is no error.
  expect(page.chat.state.errors[page.id]).toBeUndefined()
  expect(shown()).toEqual(await stored())
}, 30_000)

test("sessions are renamed and deleted, also while they work", async () => {
  await sendAndWait(page.chat, page.id, { text: "plain, please" })
  await page.chat.renameSession(page.id, "A name")
  expect(page.chat.sessions().find((session) => session.id === page.id)?.title).toBe("A name")
  await page.chat.deleteSession(page.id)
  expect(page.opened.state()).toBe("missing")
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(page.chat.sessions().map((session) => session.id)).not.toContain(page.id)
}, 30_000)

test("a long session comes in pages, the newest first", async () => {
  const headers = { ...opencode.headers, "content-type": "application/json" }
  for (let index = 0; index < 60; index++) {
    const body = JSON.stringify({ noReply: true, parts: [{ type: "text", text: `Prompt ${index}` }] })
    await fetch(`${opencode.url}/session/${page.id}/message`, { method: "POST", headers, body })
  }
  page.close()
  const before = page.id
  page = await openPage()
  const opened = createRoot(() => page.chat.openSession(() => before))
  const turns = () => texts(page.chat.state.messages[before] ?? [])
  await until(() => opened.state() === "ready")
  expect(turns()).toHaveLength(50)
  expect(turns().at(-1)).toBe("Prompt 59")
  expect(opened.hasEarlier()).toBe(true)
  await Promise.all([opened.loadEarlier(), opened.loadEarlier()])
  expect(turns()).toEqual(Array.from({ length: 60 }, (_, index) => `Prompt ${index}`))
  expect(opened.hasEarlier()).toBe(false)
}, 30_000)
