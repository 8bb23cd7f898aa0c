import { createRoot } from "solid-js"
import { expect, test } from "vitest"
import { makeFakeConnection } from "../../tests/fakes/fake-connection.ts"
import { makeTestClock, settle } from "../../tests/fakes/test-clock.ts"
import type { Connection } from "../connection/connection.ts"
import { Failure } from "../connection/failure.ts"
import { makeServerMemory } from "../connection/last-known.ts"
import { createOffer } from "./offer-resource.ts"

const open = (connection: Connection) => createRoot(() => createOffer(connection))

test("why the models could not be loaded is the server's sentence, and trying again clears it", async () => {
  let refuse = true
  const { connection } = makeFakeConnection(() => {
    if (refuse) throw new Failure("The target refused the connection.")
    return { providers: { acme: ["small"] }, agents: ["build"] }
  })
  const offer = open(connection)
  await settle()
  expect([offer.state(), offer.reason()]).toEqual(["failed", "The target refused the connection."])
  refuse = false
  offer.retry()
  await settle()
  expect([offer.state(), offer.reason()]).toEqual(["ready", undefined])
})

test("an answer that was lost while the server started is asked for again, ever less often, until it comes", async () => {
  const clock = makeTestClock()
  let asked = 0
  let refuse = true
  const { connection } = makeFakeConnection(() => {
    asked++
    if (refuse) throw new Failure("The connection broke off.")
    return { providers: { acme: ["small"] }, agents: ["build"] }
  })
  const offer = createRoot(() => createOffer(connection, clock))
  await clock.advance(0)
  // Agents, models and settings are three questions.
  expect([asked, offer.state()]).toEqual([3, "failed"])
  await clock.advance(1_000)
  await clock.advance(1_999)
  expect(asked).toBe(6)
  refuse = false
  await clock.advance(1)
  expect([asked, offer.state()]).toEqual([9, "ready"])
  await clock.advance(60_000)
  expect(asked).toBe(9)
})

test("nobody is asked any more when the server was closed meanwhile", async () => {
  const clock = makeTestClock()
  const { connection } = makeFakeConnection(() => {
    throw new Failure("The connection broke off.")
  })
  await createRoot(async (dispose) => {
    createOffer(connection, clock)
    dispose()
  })
  await clock.advance(10)
  expect(clock.pending()).toBe(0)
})

test("what a server offered stands there when it is opened again, before it has answered", async () => {
  const { connection } = makeFakeConnection()
  const memory = makeServerMemory()
  memory.keepOnly([connection.server])
  open({ ...connection, lastKnown: memory.of(connection.server) })
  await settle()
  const away = makeFakeConnection()
  away.setLink("connecting")
  const again = open({ ...away.connection, lastKnown: memory.of(connection.server) })
  expect([again.state(), again.value()?.models.map((model) => model.modelID)]).toEqual([
    "ready",
    ["small", "big"],
  ])
})
