// What Kubeflow's culler makes of a notebook with a real OpenCode behind it. A minute takes a second here.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { type ScriptedModel, startModel, testScript } from "../../demo/model.ts"
import { modelSettings } from "../../demo/model-settings.ts"
import { makeCuller } from "../fakes/culler.ts"
import { type OpenCode, startOpenCode } from "../fakes/opencode.ts"
import { makeTempHome, type TempHome } from "../fakes/temp-home.ts"
import { byHand, byPrograms, operationsOf } from "./opencode-operations.ts"
import { startProxy } from "./start-proxy.ts"
import { startServeUi } from "./start-serve-ui.ts"

const speed = 60
const minute = 60_000
const slowMs = 4_000
const prefix = "/notebook/team-a/my-nb"

const script = {
  ...testScript,
  turns: [
    { word: "slow", steps: [{ wait: slowMs, text: "Sorry for the wait." }] },
    {
      word: "delegate",
      steps: [
        {
          tool: {
            name: "task",
            input: { description: "Look around", prompt: "bash", subagent_type: "general" },
          },
        },
        { text: "The colleague has answered." },
      ],
    },
    ...testScript.turns,
  ],
}

/** The DOM's types hide what Bun's constructor takes. */
const BunWebSocket = WebSocket as unknown as new (url: string, options: Bun.WebSocketOptions) => WebSocket

const cleanups: (() => unknown)[] = []
let home: TempHome
let model: ScriptedModel
let opencode: OpenCode

async function startServer(place: TempHome): Promise<OpenCode> {
  return startOpenCode(place, { settings: modelSettings(model), password: "a secret" })
}

beforeAll(async () => {
  model = startModel(script)
  home = makeTempHome("culling")
  opencode = await startServer(home)
}, 60_000)
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}, 30_000)
afterAll(async () => {
  await opencode.stop()
  await model.stop()
  home.remove()
})

/** A notebook that is stopped after `idleMinutes`, its culler, and a browser that has it open. */
function openNotebook(idleMinutes: number, server: OpenCode = opencode, directory = home.project) {
  const began = Date.now()
  const now = () => began + (Date.now() - began) * speed
  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms / speed)
    return () => clearTimeout(timer)
  }
  const env = { NB_PREFIX: prefix, SANDBAR_ALLOWED_TARGETS: server.url }
  const proxy = startProxy({ env, clock: { now, after } })
  cleanups.push(proxy.stop)
  const culler = makeCuller({
    origin: proxy.url,
    namespace: "team-a",
    notebook: "my-nb",
    idleMs: idleMinutes * minute,
    now,
  })

  async function send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(`${proxy.url}${prefix}/api/proxy${path}`, {
      method,
      headers: {
        "x-target-server": server.url,
        "x-target-authorization": server.headers.authorization ?? "",
        "x-opencode-directory": encodeURIComponent(directory),
        "content-type": "application/json",
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    })
    expect(response.ok).toBe(true)
    return response
  }

  async function prompt(text: string): Promise<string> {
    const { id } = (await (await send("POST", "/session", {})).json()) as { id: string }
    await send("POST", `/session/${id}/prompt_async`, { parts: [{ type: "text", text }] })
    return id
  }

  async function state(): Promise<unknown> {
    const response = await fetch(`${proxy.url}${prefix}/api/kernels`)
    const [kernel] = (await response.json()) as { execution_state: string }[]
    return kernel?.execution_state
  }

  return { url: proxy.url + prefix, now, culler, send, prompt, state }
}

type Notebook = ReturnType<typeof openNotebook>

/** The culler's loop, until it stops the notebook or `until` says that we have seen enough. */
async function cull(notebook: Notebook, until: () => boolean | Promise<boolean> = () => false) {
  for (const give = Date.now() + 30_000; Date.now() < give; await sleep(250)) {
    if (await notebook.culler.check()) return "stopped"
    if (await until()) return "running"
  }
  throw new Error("neither stopped nor seen enough")
}

async function until(state: string, look: () => Promise<unknown>, ms = 15_000): Promise<void> {
  for (const give = Date.now() + ms; Date.now() < give; await sleep(100)) if ((await look()) === state) return
  throw new Error(`not ${state} in time`)
}

const becomes = (notebook: Notebook, state: string) => until(state, notebook.state)

async function openTerminal(notebook: Notebook) {
  const { id } = (await (await notebook.send("POST", "/pty", {})).json()) as { id: string }
  const path = `/pty/${id}/connect?directory=${encodeURIComponent(home.project)}`
  const { ticket } = (await (await notebook.send("POST", "/ticket", { path })).json()) as { ticket: string }
  const url = new URL(`${notebook.url}/api/proxy${path}`)
  const ours = `target=${encodeURIComponent(opencode.url)}&ticket=${encodeURIComponent(ticket)}`
  const address = `ws://${url.host}${url.pathname}${url.search}&${ours}`
  const socket = new BunWebSocket(address, { headers: { origin: url.origin } })
  let output = ""
  socket.onmessage = ({ data }) => {
    output += typeof data === "string" ? data : new TextDecoder().decode(data as ArrayBuffer)
  }
  cleanups.push(() => socket.close())
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onclose = reject
  })
  return { send: (text: string) => socket.send(text), output: () => output }
}

async function ask(notebook: Notebook): Promise<string> {
  for (const give = Date.now() + 15_000; Date.now() < give; await sleep(100)) {
    const [pending] = (await (await notebook.send("GET", "/permission")).json()) as { id: string }[]
    if (pending) return pending.id
  }
  throw new Error("the agent has asked for nothing")
}

test("every operation of the real server is on one of the two lists", async () => {
  const doc = (await (await fetch(`${opencode.url}/doc`, { headers: opencode.headers })).json()) as {
    paths: Record<string, object>
  }
  const operations = Object.entries(doc.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(operations.sort()).toEqual([...operationsOf(byHand), ...operationsOf(byPrograms)].sort())
})

test("the embedded server at work makes us busy", async () => {
  const serveUi = await startServeUi()
  cleanups.push(serveUi.cleanup)
  const leave = new AbortController()
  const send = (path: string, body: object) =>
    fetch(`${serveUi.url}api/proxy${path}`, {
      method: "POST",
      headers: { "x-target-server": "http://local", "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: leave.signal,
    })
  let session: Response
  for (session = await send("/session", {}); session.status === 503; session = await send("/session", {}))
    await sleep(200)
  const { id } = (await session.json()) as { id: string }
  const ended = () => undefined
  send(`/session/${id}/shell`, { agent: "build", command: "sleep 60" }).then(ended, ended)
  const state = async () => {
    const response = await fetch(`${serveUi.url}api/kernels`)
    return ((await response.json()) as { execution_state: string }[])[0]?.execution_state
  }
  await until("busy", state, 25_000)
  leave.abort()
}, 60_000)

describe("a notebook", () => {
  test("runs for as long as its agent works, and its idle time begins at the end of that", async () => {
    const notebook = openNotebook(2)
    await notebook.prompt("slow, please")
    const endsAfter = notebook.now() + slowMs * speed
    await becomes(notebook, "busy")
    expect(await cull(notebook, async () => (await notebook.state()) === "idle")).toBe("running")
    expect(await cull(notebook)).toBe("stopped")
    expect(notebook.culler.lastActivity()).toBeGreaterThanOrEqual(endsAfter - 1_000)
  }, 60_000)

  test("stops although a tab keeps polling and listening", async () => {
    const notebook = openNotebook(2)
    const leave = new AbortController()
    const events = await notebook.send("GET", "/event", undefined, leave.signal)
    const tab = async () => {
      await Promise.all(
        ["/global/health", "/session", "/session/status", "/permission"].map((path) =>
          notebook.send("GET", path),
        ),
      )
      return false
    }
    expect(await cull(notebook, tab)).toBe("stopped")
    expect(events.body?.locked).toBe(false)
    leave.abort()
  }, 60_000)

  test.each([
    ["a file is opened", (notebook: Notebook) => notebook.send("GET", "/file/content?path=README.md")],
    ["something is searched", (notebook: Notebook) => notebook.send("GET", "/find/file?query=read")],
    ["a session is made", (notebook: Notebook) => notebook.send("POST", "/session", {})],
    ["a terminal is opened", (notebook: Notebook) => notebook.send("POST", "/pty", {})],
  ])("was used last when %s", async (_name, act) => {
    const notebook = openNotebook(60)
    await sleep(2_000 / speed)
    const acted = notebook.now()
    await act(notebook)
    expect(await notebook.culler.check()).toBe(false)
    expect(notebook.culler.lastActivity()).toBeGreaterThanOrEqual(acted - 1_000)
  })

  test("was used last when somebody typed in a terminal, not when the terminal answered a program", async () => {
    const notebook = openNotebook(60)
    const terminal = await openTerminal(notebook)
    await sleep(200)
    const opened = notebook.now()
    terminal.send("\x1b[24;80R")
    await sleep(500)
    await notebook.culler.check()
    expect(notebook.culler.lastActivity()).toBeLessThan(opened)
    const typed = notebook.now()
    terminal.send("echo typed\r")
    await until("typed", async () => /\btyped\b/.exec(terminal.output())?.[0])
    await sleep(10_500 / speed)
    await notebook.culler.check()
    expect(notebook.culler.lastActivity()).toBeGreaterThanOrEqual(typed - 1_000)
  }, 30_000)

  test("stops when its agent waits for an answer that nobody gives, also a subagent", async () => {
    for (const words of ["bash", "delegate"]) {
      const notebook = openNotebook(2)
      const id = await notebook.prompt(words)
      await ask(notebook)
      expect(await cull(notebook)).toBe("stopped")
      await notebook.send("POST", `/session/${id}/abort`)
    }
  }, 60_000)

  test("was used last when an ask was answered", async () => {
    const notebook = openNotebook(60)
    const id = await notebook.prompt("bash")
    const request = await ask(notebook)
    await sleep(1_000)
    const answered = notebook.now()
    await notebook.send("POST", `/permission/${request}/reply`, { reply: "once" })
    expect(await notebook.culler.check()).toBe(false)
    expect(notebook.culler.lastActivity()).toBeGreaterThanOrEqual(answered - 1_000)
    await notebook.send("POST", `/session/${id}/abort`)
  }, 60_000)

  test("is busy with a session in another directory that nobody opened through us", async () => {
    const notebook = openNotebook(60)
    await notebook.send("GET", "/session")
    const other = join(home.directory, "another place")
    mkdirSync(other)
    const beside = async (path: string, body: object) =>
      fetch(opencode.url + path, {
        method: "POST",
        headers: {
          ...opencode.headers,
          "content-type": "application/json",
          "x-opencode-directory": encodeURIComponent(other),
        },
        body: JSON.stringify(body),
      })
    const { id } = (await (await beside("/session", {})).json()) as { id: string }
    await beside(`/session/${id}/prompt_async`, { parts: [{ type: "text", text: "slow" }] })
    await becomes(notebook, "busy")
    await beside(`/session/${id}/abort`, {})
    await becomes(notebook, "idle")
  }, 60_000)

  test("is held for some minutes by a server that died at work, and not for ever", async () => {
    const place = makeTempHome("culling-dead")
    cleanups.push(place.remove)
    const server = await startServer(place)
    cleanups.push(server.stop)
    const notebook = openNotebook(2, server, place.project)
    await notebook.prompt("slow")
    await becomes(notebook, "busy")
    await server.stop()
    await sleep(500)
    expect(await notebook.state()).toBe("busy")
    expect(await cull(notebook)).toBe("stopped")
  }, 60_000)
})
