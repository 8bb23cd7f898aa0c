// The outbox against the real `opencode`: what it builds on, and that a cut at any moment ends in one answer.

import type { UserMessage } from "@opencode-ai/sdk/v2/client"
import { createRoot, createSignal } from "solid-js"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { type ScriptedModel, startModel, testScript } from "../../demo/model.ts"
import { modelSettings } from "../../demo/model-settings.ts"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import { type OpenCode, startOpenCode } from "../../tests/fakes/opencode.ts"
import { makeFakeLocks } from "../../tests/fakes/tab-locks.ts"
import { makeTempHome, type TempHome } from "../../tests/fakes/temp-home.ts"
import type { Connection } from "../connection/connection.ts"
import { createConnection } from "../connection/create-connection.ts"
import type { Chat } from "./chat.ts"
import { createChat } from "./create-chat.ts"
import { makeIds } from "./message-id.ts"

let model: ScriptedModel
let home: TempHome
let opencode: OpenCode
const makeId = makeIds()

beforeAll(async () => {
  model = startModel(testScript)
  home = makeTempHome("outbox")
  opencode = await startOpenCode(home, { settings: modelSettings(model) })
}, 90_000)
afterAll(async () => {
  await opencode?.stop()
  await model?.stop()
  home?.remove()
}, 90_000)
let locks = makeFakeLocks()
let pages: Page[] = []
beforeEach(() => {
  localStorage.clear()
  locks = makeFakeLocks()
})
afterEach(() => {
  for (const page of pages) page.close()
  pages = []
})

const json = { "content-type": "application/json" }
const post = (path: string, body: object) =>
  fetch(`${opencode.url}/${path}`, { method: "POST", headers: json, body: JSON.stringify(body) })
const create = async () => ((await (await post("session", { title: "t" })).json()) as { id: string }).id
type Stored = { info: { id: string; role: string; parentID?: string }; parts: { text?: string }[] }
const stored = async (session: string) =>
  (await (await fetch(`${opencode.url}/session/${session}/message`)).json()) as Stored[]
const texts = async (session: string) =>
  (await stored(session)).flatMap(({ info, parts }) => (info.role === "user" ? [parts[0]?.text] : []))
/** Prompts in their order, each with the number of its answers. */
const answers = async (session: string) => {
  const all = await stored(session)
  return all
    .filter(({ info }) => info.role === "user")
    .map(({ info }) => all.filter((one) => one.info.parentID === info.id).length)
}
const idle = async (session: string) => {
  const status = (await (await fetch(`${opencode.url}/session/status`)).json()) as Record<string, unknown>
  return status[session] === undefined
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
async function until(holds: () => boolean | Promise<boolean>, ms = 40_000): Promise<void> {
  const give = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > give) throw new Error(`waited ${ms} ms in vain for ${holds}`)
    await sleep(20)
  }
}
/** `count` answers have begun, and nothing goes on. The server may take its time to begin. */
const rest = async (session: string, count: number) => {
  await until(async () => (await answers(session)).reduce((sum, each) => sum + each, 0) >= count)
  await sleep(300)
  await until(() => idle(session))
  await sleep(300)
}

type Way = "open" | "cut" | "deaf"
type Page = { chat: Chat; connection: Connection; go: (way: Way) => void; close: () => void }

/** `cut`: nothing arrives. `deaf`: what is posted arrives, and its answer does not. */
async function openPage(session: string): Promise<Page> {
  let way: Way = "open"
  const streams = new Set<AbortController>()
  const forward = async (request: Request): Promise<Response> => {
    const current = way
    if (current === "cut") throw new TypeError("cut")
    const path = request.url.split("/api/proxy")[1]
    const controller = new AbortController()
    if (path === "/global/event") streams.add(controller)
    const signal = AbortSignal.any([controller.signal, request.signal])
    const headers = { "content-type": request.headers.get("content-type") ?? "application/json" }
    const { method } = request
    const body = method === "GET" ? null : await request.text()
    const response = await fetch(`${opencode.url}${path}`, { method, headers, signal, body })
    if (current === "deaf" && method === "POST") throw new TypeError("deaf")
    return response
  }
  const server = { id: "t:1", name: "t", url: "http://t:1", provided: false }
  const page = createRoot((close) => {
    const connection = createConnection(server, { fetch: (request) => forward(request).then(fromTarget) })
    const chat = createChat(connection, { locks: locks.tab().locks })
    const [id] = createSignal(session)
    chat.openSession(id)
    return { chat, connection, close }
  })
  await until(() => page.chat.live())
  const go = (next: Way) => {
    way = next
    if (next !== "cut") return page.connection.link.retryNow()
    for (const stream of streams) stream.abort()
    streams.clear()
  }
  const opened = { ...page, go }
  pages.push(opened)
  return opened
}

const prompt = (messageID: string, text: string, more: object = {}) => ({
  messageID,
  parts: [{ id: makeId("prt"), type: "text", text }],
  ...more,
})

test("OpenCode stores and answers a prompt once that comes twice, at the same time or while it works", async () => {
  const session = await create()
  const body = prompt(makeId("msg"), "think")
  await Promise.all([1, 2].map(() => post(`session/${session}/prompt_async`, body)))
  await sleep(150)
  await post(`session/${session}/prompt_async`, body)
  await rest(session, 1)
  expect([await texts(session), await answers(session)]).toEqual([["think"], [1]])
}, 90_000)

test("but an older one that comes again is answered again: that is why it is looked for first", async () => {
  const session = await create()
  const first = prompt(makeId("msg"), "think")
  const bodies = [first, prompt(makeId("msg"), "think more"), first]
  for (const [index, body] of bodies.entries()) {
    await post(`session/${session}/prompt_async`, body)
    await rest(session, index + 1)
  }
  expect((await answers(session)).reduce((sum, count) => sum + count, 0)).toBe(3)
}, 90_000)

test.each(["cut", "deaf"] as const)(
  "prompts sent while the way is %s are answered once, in order",
  async (way) => {
    const session = await create()
    const page = await openPage(session)
    page.go(way)
    for (const text of ["think one", "think two", "think three"]) {
      page.chat.outbox.send({ sessionID: session }, { text })
    }
    await sleep(900)
    page.close()
    // A page of its own, as after a reload.
    const again = await openPage(session)
    await until(() => again.chat.outbox.entries().length === 0)
    await until(async () => (await texts(session)).length === 3)
    await until(async () => (await answers(session)).at(-1) === 1)
    await rest(session, 1)
    expect(await texts(session)).toEqual(["think one", "think two", "think three"])
    // OpenCode may answer several that wait at once; never one twice.
    expect(Math.max(...(await answers(session)))).toBe(1)
    expect((await answers(session)).at(-1)).toBe(1)
    again.close()
  },
  90_000,
)

test.each(["cut", "deaf"] as const)(
  "a new session is made once while the way is %s",
  async (way) => {
    const count = async () => ((await (await fetch(`${opencode.url}/session`)).json()) as unknown[]).length
    const before = await count()
    const page = await openPage("ses_nothing")
    page.go(way)
    page.chat.outbox.send(undefined, { text: "think" })
    await sleep(500)
    page.close()
    const again = await openPage("ses_nothing")
    await until(() => again.chat.outbox.entries().length === 0)
    expect(await count()).toBe(before + 1)
    again.close()
  },
  90_000,
)

test("a prompt that failed in a gap does not swallow the one that waits for the end of the gap", async () => {
  const session = await create()
  const page = await openPage(session)
  page.go("cut")
  page.chat.outbox.send({ sessionID: session }, { text: "think after" })
  await post(`session/${session}/prompt_async`, prompt(makeId("msg"), "broken"))
  await until(async () => (await answers(session))[0] === 1)
  // Right after its idle is when OpenCode would not answer.
  await until(() => idle(session))
  page.go("open")
  await until(() => page.chat.outbox.entries().length === 0)
  await until(async () => (await texts(session)).includes("think after"))
  await rest(session, 2)
  expect(await answers(session)).toEqual([1, 1])
}, 90_000)

test("Retry answers a stored prompt that nobody works on, once, and keeps its text", async () => {
  const session = await create()
  const page = await openPage(session)
  await post(`session/${session}/message`, prompt(makeId("msg"), "think", { noReply: true }))
  const info = (await stored(session))[0]?.info as UserMessage
  await Promise.all([page.chat.retryPrompt(info), page.chat.retryPrompt(info)])
  await rest(session, 1)
  await page.chat.retryPrompt(info)
  await rest(session, 1)
  expect([await texts(session), await answers(session)]).toEqual([["think"], [1]])
}, 90_000)
