// Small attacks on the routes, over real sockets.
import { afterEach, expect, test } from "vitest"
import { type SandboxWorld, startSandboxWorld } from "../../tests/wire/start-sandboxes.ts"
import { cloneFailure } from "./process/git-words.ts"

let world: SandboxWorld
afterEach(() => world.stop())

test("a HEAD request learns nothing of a log that a GET request would not be told", async () => {
  world = startSandboxWorld()
  const { id } = await world.spawn("ada")
  const head = (user: string, which: string) =>
    world.as(user)(`/api/sandboxes/${which}/logs?follow=1`, { method: "HEAD" })
  expect((await head("ada", id)).status).toBe(200)
  expect((await head("bob", id)).status).toBe(404)
  expect((await head("ada", "sb-ffffffffffff")).status).toBe(404)
})

test.each(["__proto__", "constructor", "toString"])(
  "a field with the name of what every object has (%s) is answered with a sentence like any other",
  async (field) => {
    world = startSandboxWorld()
    const body = `{"template":"plain","name":"x","${field}":{"a":1}}`
    const answer = await world.as("ada")("/api/sandboxes", { method: "POST", body })
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { code: "request.malformed", detail: expect.stringContaining("does not understand") },
    ])
  },
)

test("a program that looks with HEAD or OPTIONS is no person, and keeps no notebook awake", async () => {
  world = startSandboxWorld()
  const { id } = await world.spawn("ada")
  const lastActivity = async () => {
    const [kernel] = (await (await fetch(`${world.proxy.url}/api/kernels`)).json()) as {
      last_activity: string
    }[]
    return kernel?.last_activity
  }
  const before = await lastActivity()
  await Bun.sleep(5)
  for (const method of ["HEAD", "OPTIONS", "GET"])
    for (const path of ["", "/offer", `/${id}`, `/${id}/logs`])
      await (await world.as("ada")(`/api/sandboxes${path}`, { method })).text()
  expect(await lastActivity()).toBe(before)
  await world.as("ada")(`/api/sandboxes/${id}`, { method: "PATCH", json: { name: "Two" } })
  expect(await lastActivity()).not.toBe(before)
})

test("words of an agent, of git or of a registry that are shown otherwise than they run reach nobody as they are", async () => {
  world = startSandboxWorld({ driver: { endpointOf: () => undefined } })
  const made = await world.as("ada")("/api/sandboxes", { json: { template: "plain", name: "One" } })
  const { id } = (await made.json()) as { id: string }
  const ask = async (what: string) => (await world.as("ada")(`/api/sandboxes/${id}${what}`)).text()
  const turned = "no branch \u202egpj.exe"
  const written = "no branch ⟨U+202E⟩gpj.exe"
  world.driver.log(id, turned)
  expect(await ask("/logs?tail=1")).toBe(`${written}\n`)
  const failure = cloneFailure([turned])
  world.driver.observe(id, { failure: { ...failure, sentence: turned, terminal: true } })
  expect(JSON.parse(await ask(""))).toMatchObject({
    failure: { sentence: written, details: written },
  })
})
