// api/sandboxes over real sockets: what people ask for, and what they get told.
import * as v from "valibot"
import { afterEach, describe, expect, test } from "vitest"
import { type Sandbox, SandboxListSchema, SandboxSchema } from "../../shared/sandboxes.ts"
import { sandboxServerUrl } from "../../shared/servers.ts"
import { OfferSchema } from "../../shared/templates.ts"
import { testTemplate } from "../fakes/test-template.ts"
import { askProbe } from "./ask-probe.ts"
import { startProxy } from "./start-proxy.ts"
import { type SandboxWorld, startSandboxWorld } from "./start-sandboxes.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function start(options: Parameters<typeof startSandboxWorld>[0] = {}): SandboxWorld {
  const world = startSandboxWorld(options)
  cleanups.push(world.stop)
  return world
}

const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code]
const wish = { template: "plain", name: "One" }

test("a sandbox is made, found again by the same request, and told in a form that the page can read", async () => {
  const { as } = start()
  const made = await as("ada")("/api/sandboxes", { json: wish })
  expect([made.status, made.headers.get("cache-control")]).toEqual([202, "no-store"])
  const sandbox = v.parse(SandboxSchema, await made.json())
  const again = await as("ada")("/api/sandboxes", { json: wish })
  expect([again.status, ((await again.json()) as Sandbox).id]).toEqual([200, sandbox.id])
  const list = v.parse(SandboxListSchema, await (await as("ada")("/api/sandboxes")).json())
  expect([list.sandboxes.map(({ id }) => id), list.most]).toEqual([[sandbox.id], 10])
  const offer = v.parse(OfferSchema, await (await as("ada")("/api/sandboxes/offer")).json())
  expect(offer).toMatchObject({ driver: "process", templates: [{ id: "plain", idleAfterSeconds: 1_800 }] })
  const config = await (await as("ada")("/api/config")).json()
  expect(config).toMatchObject({ spawning: true })
})

test("where nothing is spawned the page is told so, and there are no such routes", async () => {
  const proxy = startProxy()
  cleanups.push(proxy.stop)
  expect(await (await fetch(`${proxy.url}/api/config`)).json()).toMatchObject({ spawning: false })
  expect((await fetch(`${proxy.url}/api/sandboxes`)).status).toBe(404)
})

describe("a forwarded request", () => {
  test("is told why there is no server, and never wakes one", async () => {
    const { forward, as, driver, spawn, server, proxy } = start({ driver: { endpointOf: () => undefined } })
    const { id } = (await (await as("ada")("/api/sandboxes", { json: wish })).json()) as Sandbox
    const starting = await forward("ada", id, "/session", { method: "POST" })
    expect([starting.headers.get("retry-after"), ...(await codeOf(starting))]).toEqual([
      "2",
      503,
      "sandbox.starting",
    ])
    const target = sandboxServerUrl(id)
    const headers = { "x-user": "ada" }
    expect(await askProbe(proxy, target, headers)).toMatchObject({
      verdict: "starting",
      tried: "policy connect!",
    })
    driver.observe(id, {
      failure: {
        code: "image",
        step: "pulling",
        sentence: "No such image.",
        remedies: [],
        details: "",
        terminal: true,
      },
    })
    const failed = await forward("ada", id, "/session")
    expect([failed.status, await failed.json()]).toMatchObject([
      409,
      { code: "sandbox.failed", detail: "No such image." },
    ])
    expect(await askProbe(proxy, target, headers)).toMatchObject({
      verdict: "failed",
      sentence: "No such image.",
    })
    await as("ada")(`/api/sandboxes/${id}/stop`, { method: "POST" })
    expect(await codeOf(await forward("ada", id, "/session", { method: "POST" }))).toEqual([
      409,
      "sandbox.stopped",
    ])
    expect(await askProbe(proxy, target, headers)).toMatchObject({ verdict: "stopped" })
    expect(driver.seen.get(id)?.wanted).toBe("stopped")
    expect([typeof spawn, server.healthy]).toEqual(["function", true])
  })

  test("reaches a server that has answered us, with our password, and not one that only listens", async () => {
    const world = start()
    world.server.healthy = false
    const { id } = (await (await world.as("ada")("/api/sandboxes", { json: wish })).json()) as Sandbox
    await expect.poll(() => world.asked.length).toBeGreaterThan(0)
    expect(await codeOf(await world.forward("ada", id, "/session"))).toEqual([503, "sandbox.starting"])
    world.server.healthy = true
    await expect.poll(async () => (await world.forward("ada", id, "/session")).status).toBe(200)
    expect(await askProbe(world.proxy, sandboxServerUrl(id), { "x-user": "ada" })).toMatchObject({
      verdict: "healthy",
      tried: "policy connect http opencode version password",
    })
  })

  test("by hand keeps it awake, a poll does not", async () => {
    const { forward, driver, spawn } = start()
    const { id } = await spawn("ada")
    const before = driver.seen.get(id)?.intentAt ?? 0
    await Bun.sleep(20)
    for (const path of ["/event", "/session/status", "/global/health"])
      await (await forward("ada", id, path)).text()
    expect(driver.calls.filter((call) => call.startsWith("noteIntent"))).toEqual([])
    await forward("ada", id, "/session/ses_1/prompt_async", { method: "POST", body: "{}" })
    await expect.poll(() => driver.seen.get(id)?.intentAt).toBeGreaterThan(before)
  })
})

describe("stop, wake, change", () => {
  test("answer with the sandbox as it is then", async () => {
    const { as, spawn, driver } = start()
    const { id } = await spawn("ada")
    const act = async (rest: string, init: RequestInit & { json?: unknown }) => {
      const answer = await as("ada")(`/api/sandboxes/${id}${rest}`, init)
      return v.parse(SandboxSchema, await answer.json())
    }
    expect(await act("/stop", { method: "POST" })).toMatchObject({ state: "stopped", idleAt: null })
    expect((await act("/wake", { method: "POST" })).state).toBe("starting")
    expect(await act("", { method: "PATCH", json: { name: " Better " } })).toMatchObject({
      id,
      name: "Better",
    })
    const awake = await act("", { method: "PATCH", json: { keepAwakeSeconds: 14_400 } })
    expect(Date.parse(awake.keepAwakeUntil ?? "") - Date.now()).toBeGreaterThan(14_390_000)
    expect(awake.idleAt).toBe(awake.keepAwakeUntil)
    expect((await act("", { method: "PATCH", json: { keepAwakeSeconds: 0 } })).keepAwakeUntil).toBeNull()
    expect(driver.seen.get(id)?.record.slug).toBe("one")
  })

  test("a wake of what runs well starts nothing anew, unless it is forced", async () => {
    const { as, spawn, driver } = start()
    const { id } = await spawn("ada")
    const wakes = () => driver.calls.filter((call) => call.startsWith("wake")).length
    await as("ada")(`/api/sandboxes/${id}/wake`, { method: "POST" })
    expect(wakes()).toBe(0)
    await as("ada")(`/api/sandboxes/${id}/wake?force=1`, { method: "POST" })
    expect(wakes()).toBe(1)
  })

  test("a sandbox whose template was taken away sleeps on, and its owner is told whom to ask", async () => {
    const templates = [testTemplate()]
    const { as, spawn } = start({ templates })
    const { id } = await spawn("ada")
    templates.pop()
    await as("ada")(`/api/sandboxes/${id}/stop`, { method: "POST" })
    const answer = await as("ada")(`/api/sandboxes/${id}/wake`, { method: "POST" })
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { code: "sandbox.unavailable", detail: expect.stringContaining("“plain”") },
    ])
  })
})

describe("a deletion", () => {
  test("keeps the data, which is listed, adopted, and deleted by its name", async () => {
    const { as, spawn, driver } = start()
    const { id } = await spawn("ada")
    expect((await as("ada")(`/api/sandboxes/${id}`, { method: "DELETE" })).status).toBe(204)
    expect((await as("ada")(`/api/sandboxes/${id}`)).status).toBe(404)
    expect(await (await as("ada")("/api/sandboxes")).json()).toMatchObject({ sandboxes: [], data: [{ id }] })
    const adopted = await as("ada")("/api/sandboxes", { json: { ...wish, name: "Again", adopt: id } })
    expect([adopted.status, await adopted.json()]).toMatchObject([202, { id, name: "Again" }])
    const remove = (name?: string) =>
      as("ada")(`/api/sandboxes/${id}`, {
        method: "DELETE",
        json: { data: "delete", ...(name !== undefined && { name }) },
      })
    for (const name of [undefined, "", "again", "One"])
      expect(await codeOf(await remove(name))).toEqual([400, "sandbox.malformed"])
    expect(driver.seen.has(id)).toBe(true)
    expect((await remove(" Again ")).status).toBe(204)
    expect(driver.seen.has(id)).toBe(false)
  })
})

describe("cancelling a start", () => {
  const cancel = ({ as }: SandboxWorld, id: string) =>
    as("ada")(`/api/sandboxes/${id}`, { method: "DELETE", json: { data: "delete" } })
  const make = async ({ as }: SandboxWorld) =>
    (await (await as("ada")("/api/sandboxes", { json: wish })).json()) as Sandbox

  test("removes all of it without its name, whoever of one person's browsers asks", async () => {
    const world = start({ driver: { endpointOf: () => undefined } })
    const made = await make(world)
    expect(made.isFresh).toBe(true)
    expect((await cancel(world, made.id)).status).toBe(204)
    expect(world.driver.seen.has(made.id)).toBe(false)
  })

  test("needs the name of one that is ready, although it is stored as fresh", async () => {
    const world = start()
    const { id } = await world.spawn("ada")
    world.driver.observe(id, { isFresh: true })
    expect(await codeOf(await cancel(world, id))).toEqual([400, "sandbox.malformed"])
    expect(world.driver.seen.has(id)).toBe(true)
  })

  test("needs the name once it was ready, also while it sleeps, starts again or has failed", async () => {
    const world = start()
    const { id, isFresh } = await world.spawn("ada")
    expect(isFresh).toBe(false)
    const refused = async () =>
      expect(await codeOf(await cancel(world, id))).toEqual([400, "sandbox.malformed"])
    await refused()
    await world.driver.stop(id)
    await refused()
    world.server.healthy = false
    await world.driver.wake(id, testTemplate())
    await refused()
    expect(world.driver.seen.has(id)).toBe(true)
  })

  test("at the moment in which it becomes ready, nobody has got through, or nothing is removed", async () => {
    const storing = Promise.withResolvers<void>()
    const before = (call: string) => (call === "noteUsed" ? storing.promise : undefined)
    const world = start({ driver: { before } })
    const { id } = await make(world)
    while (!world.driver.calls.includes(`noteUsed ${id}`)) await Bun.sleep(5)
    expect(await codeOf(await world.forward("ada", id, "/session"))).toEqual([503, "sandbox.starting"])
    expect((await cancel(world, id)).status).toBe(204)
    storing.resolve()
    await Bun.sleep(20)
    expect(await codeOf(await world.forward("ada", id, "/session"))).toEqual([404, "sandbox.unknown"])
  })
})

describe("bad requests are refused at their field, and nothing is begun", () => {
  const cases: [string, unknown, number, string, string | undefined][] = [
    ["a name of 10 kB", { ...wish, name: "x".repeat(10_240) }, 400, "sandbox.malformed", "name"],
    ["a name of nothing", { ...wish, name: " \u200b" }, 400, "sandbox.malformed", "name"],
    ["a name with a control character", { ...wish, name: "a\u0007b" }, 400, "sandbox.malformed", "name"],
    [
      "a repository of 10 kB",
      { ...wish, repository: `https://g/${"x".repeat(10_240)}` },
      400,
      "sandbox.malformed",
      "repository",
    ],
    ["more than anybody needs", { ...wish, name: "x".repeat(40_000) }, 413, "request.too-large", undefined],
    ["somebody else's name", { ...wish, owner: "bob" }, 400, "request.malformed", undefined],
    ["a list", [wish], 400, "sandbox.malformed", "template"],
    ["an id that is none", { ...wish, adopt: "../../etc" }, 400, "request.malformed", undefined],
  ]
  test.each(cases)("%s", async (_what, json, status, code, field) => {
    const { as, driver } = start()
    const answer = await as("ada")("/api/sandboxes", { json })
    const body = (await answer.json()) as { code: string; field?: string }
    expect([answer.status, body.code, body.field]).toEqual([status, code, field])
    expect(driver.calls).toEqual([])
  })

  test("what is no JSON, and keeping awake for years", async () => {
    const { as, spawn } = start()
    const { id } = await spawn("ada")
    expect((await as("ada")("/api/sandboxes", { method: "POST", body: "{" })).status).toBe(400)
    const long = await as("ada")(`/api/sandboxes/${id}`, { method: "PATCH", json: { keepAwakeSeconds: 1e9 } })
    expect(await codeOf(long)).toEqual([400, "sandbox.malformed"])
  })

  test("cross-site: another page can make, wake and delete nothing", async () => {
    const { as, spawn, driver } = start()
    const { id } = await spawn("ada")
    const calls = driver.calls.length
    const headers = { origin: "https://evil.example" }
    for (const [method, path] of [
      ["POST", ""],
      ["POST", `/${id}/stop`],
      ["DELETE", `/${id}`],
      ["PATCH", `/${id}`],
    ] as const)
      expect(await codeOf(await as("ada")(`/api/sandboxes${path}`, { method, headers }))).toEqual([
        403,
        "request.cross-site",
      ])
    expect(driver.calls.length).toBe(calls)
  })

  test("exhaustion: nobody makes hundreds of requests that cost something", async () => {
    const { as } = start({ env: { SANDBAR_LIMITS: "rate=5" } })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => as("ada")("/api/sandboxes/sb-ffffffffffff/stop", { method: "POST" })),
    )
    const statuses = answers.map(({ status }) => status)
    expect([
      statuses.filter((status) => status === 404).length,
      statuses.filter((status) => status === 429).length,
    ]).toEqual([5, 15])
    expect((await as("ada")("/api/sandboxes", { json: wish })).status).toBe(429)
    expect((await as("bob")("/api/sandboxes/sb-ffffffffffff/stop", { method: "POST" })).status).toBe(404)
  })
})

test("fifty people at once get fifty sandboxes, each their own", async () => {
  const world = start({ driver: { before: () => Bun.sleep(Math.random() * 20) } })
  const people = Array.from({ length: 50 }, (_, at) => `person-${at}`)
  const made = await Promise.all(people.map((person) => world.spawn(person)))
  expect(new Set(made.map(({ id }) => id)).size).toBe(50)
  expect(made.map(({ owner }) => owner)).toEqual(people)
}, 20_000)

test("before everything was seen once, no sandbox is called unknown: a tab that comes back would think it deleted", async () => {
  const seen = Promise.withResolvers<void>()
  const world = start({ driver: { ready: seen.promise, unavailable: () => "The cluster does not answer." } })
  const list = world.as("ada")("/api/sandboxes")
  for (const answer of [
    await world.forward("ada", "sb-ffffffffffff", "/session"),
    await world.as("ada")("/api/sandboxes/sb-ffffffffffff"),
    await world.as("ada")("/api/sandboxes/sb-ffffffffffff", { method: "DELETE" }),
  ])
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { code: "sandbox.starting", detail: "The cluster does not answer." },
    ])
  seen.resolve()
  expect((await list).status).toBe(200)
  expect((await world.forward("ada", "sb-ffffffffffff", "/session")).status).toBe(404)
})
