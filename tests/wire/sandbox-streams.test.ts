// Progress and logs over real sockets: what comes first, what follows, and that everything ends.

import * as v from "valibot"
import { afterEach, describe, expect, test } from "vitest"
import { makeDrain } from "../../proxy/drain.ts"
import { type Progress, ProgressSchema, type Sandbox } from "../../shared/sandboxes.ts"
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

/** Reads a stream bit by bit. */
async function listen(world: SandboxWorld, path: string, user = "ada") {
  const leave = new AbortController()
  cleanups.push(() => leave.abort())
  const answer = await world.as(user)(path, { signal: leave.signal })
  const state = { text: "", ended: false, answer, leave: () => leave.abort() }
  void (async () => {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of answer.body ?? []) state.text += decoder.decode(chunk, { stream: true })
    } catch (error) {
      if (!leave.signal.aborted) throw error
    }
    state.ended = true
  })()
  return state
}

function eventsOf(text: string): Progress[] {
  return text
    .split("\n\n")
    .filter((block) => block.startsWith("event: progress\ndata: "))
    .map((block) => v.parse(ProgressSchema, JSON.parse(block.slice("event: progress\ndata: ".length))))
}

async function begin(world: SandboxWorld): Promise<string> {
  const made = await world.as("ada")("/api/sandboxes", { json: { template: "plain", name: "One" } })
  return ((await made.json()) as Sandbox).id
}

const slow = { driver: { endpointOf: () => undefined } }

describe("progress", () => {
  test("begins with what is, tells every change, and two listeners hear the same", async () => {
    const world = start(slow)
    const id = await begin(world)
    const [one, two] = [
      await listen(world, `/api/sandboxes/${id}/progress`),
      await listen(world, `/api/sandboxes/${id}/progress`),
    ]
    expect(one.answer.headers.get("content-type")).toBe("text/event-stream")
    await expect.poll(() => eventsOf(one.text).length).toBe(1)
    world.driver.observe(id, { step: "cloning", entered: { queued: 1, cloning: 2 }, detail: "Cloning: 10 %" })
    await expect.poll(() => eventsOf(one.text).at(-1)?.sentence).toBe("Cloning: 10 %")
    world.driver.up(id, { origin: world.server.origin, authorization: "Basic c2FuZGJveC1zZWNyZXQ=" })
    await expect.poll(() => eventsOf(one.text).at(-1)?.state).toBe("ready")
    expect(
      eventsOf(one.text)
        .at(-1)
        ?.steps.every(({ is }) => is === "done"),
    ).toBe(true)
    await expect.poll(() => two.text).toBe(one.text)
    const later = await listen(world, `/api/sandboxes/${id}/progress`)
    await expect.poll(() => eventsOf(later.text).length).toBe(1)
    expect(eventsOf(later.text)[0]).toEqual(eventsOf(one.text).at(-1))
  })

  test("ends by itself when the sandbox is deleted, and says so before", async () => {
    const world = start(slow)
    const id = await begin(world)
    const one = await listen(world, `/api/sandboxes/${id}/progress`)
    world.driver.observe(id, { wanted: "nothing", leaving: true })
    await expect.poll(() => eventsOf(one.text).at(-1)?.state).toBe("deleting")
    world.driver.vanish(id)
    await expect.poll(() => one.ended).toBe(true)
  })

  test("beats while nothing happens", async () => {
    const world = start({ ...slow, beatMs: 60 })
    const one = await listen(world, `/api/sandboxes/${await begin(world)}/progress`)
    await expect.poll(() => one.text.split(": beat").length).toBeGreaterThan(3)
    expect(eventsOf(one.text)).toHaveLength(1)
  })

  test("says nothing for a change that nobody is told: every keystroke is one", async () => {
    const world = start(slow)
    const id = await begin(world)
    const one = await listen(world, `/api/sandboxes/${id}/progress`)
    await expect.poll(() => eventsOf(one.text).length).toBe(1)
    const before = one.text
    for (let at = 1; at < 6; at++) {
      await world.driver.noteIntent(id, Date.now() + at * 1_000)
      await Bun.sleep(10)
    }
    expect(one.text).toBe(before)
  })

  test("told to a listener who does not read is not piled up: the next thing heard is how it is then", async () => {
    const world = start(slow)
    const id = await begin(world)
    const leave = new AbortController()
    const answer = await world.as("ada")(`/api/sandboxes/${id}/progress`, { signal: leave.signal })
    for (let at = 0; at < 2_000; at++)
      world.driver.observe(id, {
        step: "cloning",
        entered: { queued: 1 },
        detail: `${at} ${"x".repeat(1_000)}`,
      })
    await Bun.sleep(50)
    let text = ""
    const reader = answer.body?.getReader()
    while (reader && !text.includes("1999 x")) text += new TextDecoder().decode((await reader.read()).value)
    expect(eventsOf(text).length).toBeLessThan(200)
    leave.abort()
  })
})

describe("logs", () => {
  test("are the last lines as plain text, and what follows them", async () => {
    const world = start(slow)
    const id = await begin(world)
    for (let at = 0; at < 10; at++) world.driver.log(id, `line ${at}`)
    const short = await world.as("ada")(`/api/sandboxes/${id}/logs?tail=2`)
    expect([short.headers.get("content-type"), await short.text()]).toEqual([
      "text/plain; charset=utf-8",
      "line 8\nline 9\n",
    ])
    expect(short.headers.get("x-content-type-options")).toBe("nosniff")
    const one = await listen(world, `/api/sandboxes/${id}/logs?follow=1&tail=1`)
    await expect.poll(() => one.text).toBe("line 9\n")
    world.driver.log(id, "<script>alert(1)</script>")
    await expect.poll(() => one.text).toBe("line 9\n<script>alert(1)</script>\n")
  })
})

describe("every stream", () => {
  const open = () => (world: SandboxWorld, id: string) =>
    Promise.all(["progress", "logs?follow=1"].map((what) => listen(world, `/api/sandboxes/${id}/${what}`)))

  test("gives its place back when its listener goes", async () => {
    const world = start({ ...slow, env: { SANDBAR_LIMITS: "client-streams=2" } })
    const id = await begin(world)
    for (let round = 0; round < 5; round++) {
      const all = await open()(world, id)
      expect(all.map(({ answer }) => answer.status)).toEqual([200, 200])
      const third = await world.as("ada")(`/api/sandboxes/${id}/progress`)
      expect([third.status, ((await third.json()) as { code: string }).code]).toEqual([429, "limit.client"])
      for (const each of all) each.leave()
      await expect
        .poll(async () => {
          const next = await world.as("ada")(`/api/sandboxes/${id}/logs`)
          await next.text()
          return next.status
        })
        .toBe(200)
      await Bun.sleep(20)
    }
  })

  test("is not begun for a HEAD request, which nobody would ever end", async () => {
    const world = start({ ...slow, env: { SANDBAR_LIMITS: "client-streams=2" } })
    const id = await begin(world)
    for (let round = 0; round < 5; round++)
      for (const what of ["progress", "logs?follow=1"]) {
        const answer = await world.as("ada")(`/api/sandboxes/${id}/${what}`, { method: "HEAD" })
        expect(answer.status).toBe(200)
      }
    expect((await listen(world, `/api/sandboxes/${id}/progress`)).answer.status).toBe(200)
  })

  test("ends cleanly when we stop, and none is begun after that", async () => {
    const drain = makeDrain()
    const world = start({ ...slow, drain })
    const id = await begin(world)
    const all = await open()(world, id)
    drain.begin()
    await expect.poll(() => all.map(({ ended }) => ended)).toEqual([true, true])
    const late = await world.as("ada")(`/api/sandboxes/${id}/progress`)
    expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([503, "proxy.draining"])
  })

  test("ends after its time, so that nothing stays open for ever", async () => {
    const world = start({ ...slow, lifeMs: 100 })
    const id = await begin(world)
    const all = await open()(world, id)
    await expect.poll(() => all.map(({ ended }) => ended)).toEqual([true, true])
  })
})
