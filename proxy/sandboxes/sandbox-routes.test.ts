// Small attacks on the routes, over real sockets.
import { afterEach, expect, test } from "vitest"
import { type SandboxWorld, startSandboxWorld } from "../../tests/wire/start-sandboxes.ts"

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
