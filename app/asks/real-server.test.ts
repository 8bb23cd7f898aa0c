// Asks against the real `opencode`: what it tells, and what it keeps quiet about.

import { createRoot } from "solid-js"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { type ScriptedModel, startModel, testScript } from "../../demo/model.ts"
import { modelSettings } from "../../demo/model-settings.ts"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import { type OpenCode, startOpenCode } from "../../tests/fakes/opencode.ts"
import { makeTempHome, type TempHome } from "../../tests/fakes/temp-home.ts"
import { answer } from "../connection/client.ts"
import type { Connection } from "../connection/connection.ts"
import { createConnection } from "../connection/create-connection.ts"
import type { Asks } from "./ask.ts"
import { createAsks } from "./create-asks.ts"

let model: ScriptedModel
let home: TempHome
let opencode: OpenCode
let page: ReturnType<typeof openPage>
let sessionID: string

beforeAll(async () => {
  model = startModel(testScript)
  home = makeTempHome("asks")
  opencode = await startOpenCode(home, { settings: modelSettings(model) })
}, 60_000)

afterAll(async () => {
  await opencode?.stop()
  await model?.stop()
  home?.remove()
}, 90_000)

function openPage(): { connection: Connection; asks: Asks; close: () => void } {
  const forward = async (request: Request) => {
    const body = request.method === "GET" ? {} : { body: await request.text() }
    const { method, headers, signal } = request
    return fetch(`${opencode.url}${request.url.split("/api/proxy")[1]}`, { method, headers, signal, ...body })
  }
  return createRoot((close) => {
    const server = { id: "t:1", name: "t", url: "http://t:1", provided: false }
    const connection = createConnection(server, { fetch: (request) => forward(request).then(fromTarget) })
    return { connection, asks: createAsks(connection), close }
  })
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const give = Date.now() + 40_000
  while (!(await holds())) {
    if (Date.now() > give) throw new Error(`waited in vain for ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const client = () => page.connection.client.session
const send = (text: string) => answer(client().promptAsync({ sessionID, parts: [{ type: "text", text }] }))
const isIdle = async () => (await answer(client().status({})))[sessionID] === undefined
const lastText = async () =>
  (await answer(client().messages({ sessionID })))
    .at(-1)
    ?.parts.flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("")

beforeEach(async () => {
  page = openPage()
  await until(() => page.connection.link.state() === "live")
  sessionID = (await answer(client().create({}))).id
}, 90_000)

afterEach(() => page.close())

test("a permission is asked, found again by another page, and answered", async () => {
  await send("bash")
  await until(() => page.asks.of([sessionID]).length === 1)
  page.close()
  page = openPage()
  await until(() => page.asks.of([sessionID]).length === 1)
  const [ask] = page.asks.all()
  expect(ask).toMatchObject({ kind: "permission", request: { permission: "bash" } })
  await page.asks.replyPermission(ask?.request.id ?? "", "once")
  expect(page.asks.all()).toEqual([])
  await until(isIdle)
  expect(await lastText()).toBe("The command has run.")
  await expect(page.asks.replyPermission(ask?.request.id ?? "", "once")).rejects.toThrow(/already answered/)
}, 90_000)

test("a question is asked and answered", async () => {
  await send("question")
  await until(() => page.asks.of([sessionID]).length === 1)
  const [ask] = page.asks.all()
  expect(ask?.kind).toBe("question")
  await page.asks.replyQuestion(ask?.request.id ?? "", [["Teal"]])
  expect(page.asks.all()).toEqual([])
  await until(isIdle)
  expect(await lastText()).toBe("Thank you, that settles it.")
}, 90_000)

test("a stopped session asks for nothing any more, although the server goes on listing its ask", async () => {
  await send("bash")
  await until(() => page.asks.of([sessionID]).length === 1)
  await answer(client().abort({ sessionID }))
  await until(() => page.asks.all().length === 0)
  const listed = await answer(page.connection.client.permission.list({}))
  expect(listed.map((one) => one.sessionID)).toContain(sessionID)
  page.close()
  page = openPage()
  await until(() => page.connection.link.state() === "live")
  // Long enough for its resync, which is three small requests.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(page.asks.all()).toEqual([])
}, 90_000)
