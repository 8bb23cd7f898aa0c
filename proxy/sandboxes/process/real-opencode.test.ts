// The real OpenCode in a sandbox, with a scripted model behind the template's provider.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { type ScriptedModel, startModel, testScript } from "../../../demo/model.ts"
import { plainText } from "../../../demo/turns.ts"
import { opencodeBinary } from "../../../tests/fakes/opencode.ts"
import { makeProcessWorld, type ProcessWorld } from "../../../tests/fakes/process-world.ts"
import { quietOpencode } from "../../../tests/fakes/scripted-template.ts"
import type { Template } from "../templates/template.ts"

let model: ScriptedModel
beforeAll(() => {
  model = startModel(testScript)
})
afterAll(() => model.stop())

let world: ProcessWorld
afterEach(() => world.end(), 60_000)

test("an agent answers by way of the template's provider; what it said is there after a stop, a wake and a new proxy", async () => {
  world = await makeProcessWorld({ program: opencodeBinary })
  const provider = {
    id: "gateway",
    name: "Gateway",
    url: model.baseUrl,
    models: [{ id: "scripted", name: "Scripted" }],
    key: { variable: "GATEWAY_KEY" },
  }
  const template: Template = {
    ...world.template,
    ownProviders: false,
    environment: quietOpencode,
    providers: [provider],
    model: "gateway/scripted",
  }
  Object.assign(world.options.env, { GATEWAY_KEY: "not-a-key" })
  await world.driver.ensure(world.record, template)
  await world.until((now) => now?.up === true, 60_000)
  const session = (await send("/session", {})) as { id: string }
  await send(`/session/${session.id}/message`, { parts: [{ type: "text", text: "Say it." }] })
  expect(await history(session.id)).toContain(plainText.slice(0, 40))

  await world.driver.stop(world.record.id)
  await world.until((now) => now?.leaving === false)
  expect(await world.running()).toEqual([])
  await world.driver.wake(world.record.id, template)
  await world.until((now) => now?.up === true, 60_000)
  expect(await history(session.id)).toContain(plainText.slice(0, 40))

  const pids = await world.running()
  await world.reopen()
  await world.driver.ready
  await world.until((now) => now?.up === true, 10_000)
  expect(await world.running()).toEqual(pids)
  expect(await history(session.id)).toContain(plainText.slice(0, 40))
}, 180_000)

async function send(path: string, body: unknown): Promise<unknown> {
  const endpoint = world.driver.endpoint(world.record.id)
  const response = await fetch(`${endpoint?.origin}${path}`, {
    method: "POST",
    headers: { authorization: endpoint?.authorization ?? "", "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return response.json()
}

async function history(session: string): Promise<string> {
  return (await world.ask(`/session/${session}/message`)).text()
}
