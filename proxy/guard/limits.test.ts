import { expect, test } from "vitest"
import { Problem } from "../../shared/problems.ts"
import { defaultLimits, type Limits, makeLimits } from "./limits.ts"

const make = (limits: Partial<Limits> = {}) => {
  const held = new Map<string, number>()
  return { ...makeLimits({ ...defaultLimits, ...limits }, held), held }
}

function problemOf(attempt: () => unknown): Problem | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

const full = { code: "limit.busy", status: 503, retryAfter: 1 }
const greedy = { code: "limit.client", status: 429, retryAfter: 1 }

test("a target takes so many requests at once, whoever sends them; the next one gets a reason and a time", () => {
  const gate = make({ target: 2 })
  const slot = gate.enter("http://a:1", "anna")
  gate.enter("http://a:1", "berta")
  const refusal = problemOf(() => gate.enter("http://a:1", "cleo"))
  expect(refusal).toMatchObject(full)
  expect(refusal?.detail).toBe("http://a:1 has as many requests open as it may. Try again in a moment.")
  gate.enter("http://b:1", "cleo")
  slot.release()
  gate.enter("http://a:1", "cleo")
})

test("starvation: one client fills its own share and leaves room for the others, at every target", () => {
  const gate = make()
  for (let i = 0; i < defaultLimits.client; i++) gate.enter("http://a:1", "greedy")
  expect(problemOf(() => gate.enter("http://a:1", "greedy"))).toMatchObject(greedy)
  expect(problemOf(() => gate.enter("http://b:1", "greedy"))).toMatchObject(greedy)
  expect(problemOf(() => gate.enter("http://a:1", "modest").toStream())).toBeUndefined()
})

test("a client that has all the event streams it may have can still ask", () => {
  const gate = make()
  for (let i = 0; i < defaultLimits["client-streams"]; i++) gate.enter("http://a:1", "anna").toStream()
  expect(problemOf(() => gate.enter("http://a:1", "anna").toStream())).toMatchObject(greedy)
  expect(problemOf(() => gate.enter("http://a:1", "anna"))).toBeUndefined()
})

test("event streams have a cap for everybody together", () => {
  const gate = make({ streams: 2 })
  gate.enter("http://a:1", "anna").toStream()
  const second = gate.enter("http://b:1", "berta")
  second.toStream()
  const third = gate.enter("http://c:1", "cleo")
  expect(problemOf(third.toStream)).toMatchObject(full)
  expect(gate.counts()).toEqual({ requests: 3, streams: 2, sockets: 0 })
  second.release()
  third.toStream()
})

test("sockets have a cap for everybody together and one for each client", () => {
  const gate = make({ sockets: 3, "client-sockets": 2 })
  const release = gate.enterSocket("anna")
  gate.enterSocket("anna")
  expect(problemOf(() => gate.enterSocket("anna"))).toMatchObject(greedy)
  gate.enterSocket("berta")
  expect(problemOf(() => gate.enterSocket("cleo"))).toMatchObject(full)
  release()
  release()
  expect(gate.counts().sockets).toBe(2)
  gate.enterSocket("cleo")
  expect(problemOf(() => gate.enterSocket("dora"))).toMatchObject(full)
})

test("a refusal takes nothing: the other caps count as before", () => {
  const gate = make({ target: 1 })
  const slot = gate.enter("http://a:1", "anna")
  const before = [...gate.held]
  for (let i = 0; i < 5; i++) problemOf(() => gate.enter("http://a:1", "berta"))
  expect([...gate.held]).toEqual(before)
  slot.release()
})

test("memory exhaustion: clients and targets that are gone leave nothing behind", () => {
  const gate = make({ "client-streams": 1 })
  for (let i = 0; i < 1_000; i++) {
    const slot = gate.enter(`http://${i}:1`, `client ${i}`)
    slot.toStream()
    problemOf(slot.toStream)
    slot.release()
    slot.release()
    gate.enterSocket(`client ${i}`)()
  }
  expect([...gate.held]).toEqual([])
  expect(gate.counts()).toEqual({ requests: 0, streams: 0, sockets: 0 })
})

test("a person whose name looks like one of our keys shares nothing with them", () => {
  const gate = make({ client: 1, "client-streams": 1 })
  for (const name of ["requests", "at http://a:1", "requests of anna", "anna", "__proto__"])
    gate.enter("http://a:1", name).toStream()
  expect(gate.counts()).toEqual({ requests: 5, streams: 5, sockets: 0 })
})

test("port scan: look-ups are bought from a purse of each client's own, with the time until it is full again", async () => {
  const gate = make({ rate: 3 })
  for (let i = 0; i < 3; i++) await gate.spend("anna")
  await expect(gate.spend("anna")).rejects.toMatchObject({ code: "limit.rate", status: 429 })
  const refusal = await gate.spend("anna").catch((error: Problem) => error)
  expect(refusal?.retryAfter).toBeGreaterThanOrEqual(1)
  expect(refusal?.retryAfter).toBeLessThanOrEqual(10)
  await gate.spend("berta")
})

test("probes have a purse and places of their own, whatever a person is called", async () => {
  const gate = make({ rate: 1, "client-probes": 1 })
  await gate.spend("anna", "probes")
  await expect(gate.spend("anna", "probes")).rejects.toMatchObject({ code: "limit.rate" })
  await gate.spend("anna")
  await gate.spend("probes of anna")
  await gate.spend("berta", "probes")
  const leave = gate.enterProbe("anna")
  expect(problemOf(() => gate.enterProbe("anna"))).toMatchObject(greedy)
  gate.enterProbe("berta")
  leave()
  gate.enterProbe("anna")
})
