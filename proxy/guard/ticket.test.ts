import { describe, expect, test } from "vitest"
import { makeTickets, ticketKeyBytes, ticketSeconds } from "./ticket.ts"

const key = new Uint8Array(ticketKeyBytes).fill(7)
const passage = {
  target: "http://sb.ns.svc.cluster.local:4096",
  path: "/pty/1/connect?cursor=0",
  user: "ann",
}
const sealed = { ...passage, authorization: "Basic c2VjcmV0" }
const refused = { code: "ticket.invalid" }

describe("a ticket", () => {
  test("gives the target's credentials back to whoever opens what it is for", async () => {
    const tickets = makeTickets(key)
    expect(await tickets.take(await tickets.give(sealed), passage)).toBe("Basic c2VjcmV0")
  })

  test("works without credentials and where nobody has to sign in", async () => {
    const tickets = makeTickets(key)
    const ticket = await tickets.give({ ...passage, user: null, authorization: undefined })
    expect(await tickets.take(ticket, { ...passage, user: null })).toBeUndefined()
  })

  test("works at another replica that has the same key", async () => {
    const ticket = await makeTickets(key).give(sealed)
    expect(await makeTickets(key).take(ticket, passage)).toBe("Basic c2VjcmV0")
  })

  test("lasts its seconds and not longer", async () => {
    let now = 1_000_000
    const tickets = makeTickets(key, () => now)
    const [first, second] = [await tickets.give(sealed), await tickets.give(sealed)]
    now += (ticketSeconds - 1) * 1_000
    expect(await tickets.take(first, passage)).toBe("Basic c2VjcmV0")
    now += 1_000
    await expect(tickets.take(second, passage)).rejects.toMatchObject(refused)
  })
})

describe("defences", () => {
  test("read from a log: neither the password nor where it leads can be read without the key", async () => {
    const ticket = await makeTickets(key).give(sealed)
    const parts = ticket.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"))
    for (const secret of ["c2VjcmV0", "cluster.local", "pty", "ann"])
      expect(parts.join(" ")).not.toContain(secret)
  })

  test("replay: a ticket opens one connection, also when it is used twice at the same moment", async () => {
    const tickets = makeTickets(key)
    const ticket = await tickets.give(sealed)
    const uses = await Promise.allSettled([1, 2, 3].map(() => tickets.take(ticket, passage)))
    expect(uses.filter((use) => use.status === "fulfilled")).toHaveLength(1)
    await expect(tickets.take(ticket, passage)).rejects.toMatchObject(refused)
  })

  test.each([
    ["another server", { target: "http://other.ns.svc.cluster.local:4096" }],
    ["another port", { target: "http://sb.ns.svc.cluster.local:4097" }],
    ["another path", { path: "/pty/2/connect?cursor=0" }],
    ["another query", { path: "/pty/1/connect?cursor=1" }],
    ["another person", { user: "bob" }],
    ["nobody", { user: null }],
  ])("borrowed ticket: it opens nothing for %s, and stays good for what it is for", async (_name, other) => {
    const tickets = makeTickets(key)
    const ticket = await tickets.give(sealed)
    await expect(tickets.take(ticket, { ...passage, ...other })).rejects.toMatchObject(refused)
    expect(await tickets.take(ticket, passage)).toBe("Basic c2VjcmV0")
  })

  test("forgery: a ticket of another installation, a changed one and plain text are refused", async () => {
    const tickets = makeTickets(key)
    const foreign = await makeTickets(new Uint8Array(ticketKeyBytes).fill(8)).give(sealed)
    const own = await tickets.give(sealed)
    const middle = own.length >> 1
    const changed = own.slice(0, middle) + (own[middle] === "A" ? "B" : "A") + own.slice(middle + 1)
    for (const ticket of [foreign, changed, "", "used", `${own}.`, own.slice(0, -4)])
      await expect(tickets.take(ticket, passage)).rejects.toMatchObject(refused)
  })

  test("downgrade: an unsigned token with the right claims is refused", async () => {
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
    const claims = { ...sealed, jti: "1", exp: Math.floor(Date.now() / 1_000) + 20 }
    const unsigned = `${text({ alg: "none" })}.${text(claims)}.`
    await expect(makeTickets(key).take(unsigned, passage)).rejects.toMatchObject(refused)
  })
})

test("memory: used tickets are forgotten when they expire, and too many at once are refused", async () => {
  let now = 1_000_000
  const tickets = makeTickets(key, () => now, 2)
  for (const _ of [1, 2]) await tickets.take(await tickets.give(sealed), passage)
  const third = await tickets.give(sealed)
  await expect(tickets.take(third, passage)).rejects.toMatchObject({ code: "limit.busy", retryAfter: 30 })
  now += ticketSeconds * 1_000
  expect(await tickets.take(await tickets.give(sealed), passage)).toBe("Basic c2VjcmV0")
})
