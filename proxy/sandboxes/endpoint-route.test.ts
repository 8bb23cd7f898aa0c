import { expect, test } from "vitest"
import { Problem } from "../../shared/problems.ts"
import { recorded } from "../../tests/fakes/observed.ts"
import type { Dial } from "../forward/dial.ts"
import { makeRouteToEndpoint } from "./endpoint-route.ts"

const authorization = "Basic c2VjcmV0"
const name = "The sandbox “One”"

function makeWorld(dial: Dial = async () => "10.1.2.3") {
  const dialled: string[] = []
  const routeTo = makeRouteToEndpoint(async (target) => {
    dialled.push(`${target.rule} ${target.origin}`)
    return dial(target)
  })
  return { dialled, to: (origin: string) => routeTo(recorded(), { origin, authorization }) }
}

test("a process of this machine is reached directly", async () => {
  const { dialled, to } = makeWorld()
  expect(await to("http://127.0.0.1:4567")).toMatchObject({ address: "127.0.0.1", name, authorization })
  expect(dialled).toEqual([])
})

test("rebound name: a Service's name has to lead to a private address, and exactly the checked one is dialled", async () => {
  const { dialled, to } = makeWorld()
  const origin = "http://sb-0123456789ab.team-a.svc.cluster.local:4096"
  expect(await to(origin)).toMatchObject({ address: "10.1.2.3", target: { origin, port: 4096 }, name })
  expect(await to("http://10.96.0.5:4096")).toMatchObject({ target: { host: "10.96.0.5" } })
  expect(dialled).toEqual([`pattern ${origin}`, "exact http://10.96.0.5:4096"])
})

test("leak: a failure does not tell where a sandbox listens", async () => {
  const { to } = makeWorld(async () => {
    throw new Problem("target.name", "No server has the name sb-0123456789ab.team-a.svc.cluster.local.")
  })
  await expect(to("http://sb-0123456789ab.team-a.svc.cluster.local:4096")).rejects.toMatchObject({
    code: "target.unreachable",
    detail: `${name} cannot be reached. Try again in a moment.`,
  })
})
