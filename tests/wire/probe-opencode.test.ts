// Probes of the real OpenCode: what it is, its password, and how many sessions work and wait.
import { readFileSync } from "node:fs"
import { createServer } from "node:https"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { type ScriptedModel, startModel, testScript } from "../../demo/model.ts"
import { modelSettings } from "../../demo/model-settings.ts"
import { type OpenCode, startOpenCode } from "../fakes/opencode.ts"
import { makeTempHome, type TempHome } from "../fakes/temp-home.ts"
import { askProbe, basic, type Told } from "./ask-probe.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"
import { startServeUi } from "./start-serve-ui.ts"

const homes: TempHome[] = []
const cleanups: (() => unknown)[] = []
let model: ScriptedModel
let open: OpenCode
let closed: OpenCode
let proxy: TestProxy

function start(password?: string): Promise<OpenCode> {
  const home = makeTempHome("probe")
  homes.push(home)
  return startOpenCode(home, { settings: modelSettings(model), ...(password ? { password } : {}) })
}

beforeAll(async () => {
  model = startModel(testScript)
  ;[open, closed] = await Promise.all([start(), start("a secret")])
  proxy = startProxy({ env: { SANDBAR_ALLOWED_TARGETS: `${open.url},${closed.url}` } })
}, 90_000)
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
afterAll(async () => {
  await proxy.stop()
  await Promise.all([open.stop(), closed.stop()])
  await model.stop()
  for (const home of homes) home.remove()
})

const send = (path: string, body: object) =>
  fetch(open.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })

async function prompt(text: string): Promise<string> {
  const { id } = (await (await send("/session", {})).json()) as { id: string }
  await send(`/session/${id}/prompt_async`, { parts: [{ type: "text", text }] })
  return id
}

/** The first question about sessions wakes a server's directory; until then it may be healthy without numbers. */
async function becomes(numbers: Pick<Told, "running" | "waiting">): Promise<void> {
  let told: Told | undefined
  for (const give = Date.now() + 30_000; Date.now() < give; await sleep(200)) {
    told = await askProbe(proxy, open.url)
    if (told.running === numbers.running && told.waiting === numbers.waiting) return
  }
  expect(told).toMatchObject(numbers)
}

test("a server without a password is healthy: version, latency, nothing at work", async () => {
  await becomes({ running: 0, waiting: 0 })
  const told = await askProbe(proxy, open.url)
  expect(told).toMatchObject({ verdict: "healthy", sentence: "" })
  expect(told.version).toMatch(/^1\.\d+\.\d+$/)
  expect(told.latencyMs).toBeGreaterThanOrEqual(0)
  expect(told.tried).toBe("policy connect http opencode version")
})

describe("a server with a password", () => {
  test("says that it wants one, and that it is OpenCode", async () => {
    expect(await askProbe(proxy, closed.url)).toMatchObject({
      verdict: "needs-password",
      tried: "policy connect http opencode password!",
      sentence: "It wants a password.",
    })
  })

  test("refuses a wrong one, and takes the right one", async () => {
    expect(await askProbe(proxy, closed.url, basic("another"))).toMatchObject({
      verdict: "wrong-password",
      sentence: "Wrong password, or wrong user name.",
    })
    const told = await askProbe(proxy, closed.url, basic("a secret"))
    expect(told.verdict).toBe("healthy")
    expect(told.tried).toBe("policy connect http opencode version password")
  })
})

describe("the numbers", () => {
  test("count a session that works and one that asks each once, and no ask that a stopped session left behind", async () => {
    const slow = await prompt("slow, please")
    await becomes({ running: 1, waiting: 0 })
    const asking = await prompt("please write a note")
    await becomes({ running: 1, waiting: 1 })
    await send(`/session/${slow}/abort`, {})
    await becomes({ running: 0, waiting: 1 })
    await send(`/session/${asking}/abort`, {})
    await becomes({ running: 0, waiting: 0 })
    // OpenCode lists it for good.
    expect(await (await fetch(`${open.url}/permission`)).json()).toHaveLength(1)
  }, 120_000)

  test("count a question", async () => {
    const id = await prompt("a question, please")
    await becomes({ running: 0, waiting: 1 })
    await send(`/session/${id}/abort`, {})
    await becomes({ running: 0, waiting: 0 })
  }, 120_000)
})

describe("the local server", () => {
  test("says starting first and is healthy then, without its port", async () => {
    const serveUi = await startServeUi()
    cleanups.push(serveUi.cleanup)
    const seen = new Set<string>()
    let told = await askProbe(serveUi, "http://local")
    for (const give = Date.now() + 30_000; Date.now() < give && told.verdict !== "healthy"; await sleep(50)) {
      seen.add(told.verdict)
      told = await askProbe(serveUi, "http://local")
    }
    expect(seen).toEqual(new Set(["starting"]))
    expect(told.verdict).toBe("healthy")
    expect(told.tried).toBe("policy connect http opencode version password")
    expect(told.raw).not.toContain("127.0.0.1")
  }, 120_000)
})

// Trusted authorities are read when a process starts, so this one is a process of its own.
test("TLS: a certificate of a known authority is taken for its name, and for no other", async () => {
  const file = (name: string) => join(import.meta.dirname, "tls", name)
  const server = createServer(
    { cert: readFileSync(file("localhost.pem")), key: readFileSync(file("localhost-key.pem")) },
    (_request, response) => {
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify({ healthy: true, version: "1.18.33" }))
    },
  )
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  cleanups.push(() => server.close())
  const address = server.address()
  const port = typeof address === "object" && address ? address.port : 0
  const [good, other] = [`https://localhost:${port}`, `https://127.0.0.1:${port}`]
  const serveUi = await startServeUi({
    NODE_EXTRA_CA_CERTS: file("authority.pem"),
    SANDBAR_DRIVER: "none",
    SANDBAR_ALLOWED_TARGETS: `${good},${other}`,
  })
  cleanups.push(serveUi.cleanup)
  const taken = await askProbe(serveUi, good)
  expect(taken.tried).toBe("policy dns connect tls http opencode version")
  expect(await askProbe(serveUi, other)).toMatchObject({
    verdict: "failed",
    tried: "policy connect tls!",
    sentence: "The certificate is not for 127.0.0.1 but for another name. Use the name that it was made for.",
  })
})
