import { createRoot } from "solid-js"
import { expect, test } from "vitest"
import { makeFakeConnection } from "../../tests/fakes/fake-connection.ts"
import { settle } from "../../tests/fakes/test-clock.ts"
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
