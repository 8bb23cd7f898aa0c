import { describe, expect, test } from "vitest"
import { makeChooseServer } from "./choose-server.ts"
import { makeManagedServers } from "./managed.ts"

const sandboxes = { route: async () => Promise.reject(new Error("not asked")), names: () => [] }
const allowed = { suffixes: ["svc.cluster.local"], origins: ["http://10.0.0.7:4096"] }
const choose = makeChooseServer(allowed, makeManagedServers({ local: () => ({ is: "starting" }), sandboxes }))
const id = "sb-0123456789ab"

test("our own servers are allowed under their own names, whether or not there is such a sandbox", () => {
  expect(choose("http://local")).toMatchObject({ origin: "http://local", rule: "exact" })
  expect(choose(`http://${id}.sandbox`)).toMatchObject({
    origin: `http://${id}.sandbox`,
    host: `${id}.sandbox`,
  })
  expect(choose("http://10.0.0.7:4096").rule).toBe("exact")
  expect(choose("http://box.team-a.svc.cluster.local:4096").rule).toBe("pattern")
})

test("where nothing is spawned, no name of a sandbox is ours", () => {
  const without = makeChooseServer(allowed, makeManagedServers({}))
  for (const text of [`http://${id}.sandbox`, "http://local"])
    expect(() => without(text)).toThrow(expect.objectContaining({ code: "target.forbidden" }))
})

describe("around the owner: a sandbox cannot be reached by the name of its Service", () => {
  test.each([
    `http://${id}.team-a.svc.cluster.local:4096`,
    `HTTP://${id.toUpperCase()}.Team-A.svc.cluster.local:4096`,
    `http://${id}-apps.team-a.svc.cluster.local:8080`,
    `http://${id}-0.${id}.team-a.svc.cluster.local:4096`,
    `http://10-1-2-3.${id}.team-a.svc.cluster.local:4096`,
    "http://sb-0123456789abcdef0123.team-a.svc.cluster.local:4096",
  ])("%s", (text) => {
    expect(() => choose(text)).toThrow(expect.objectContaining({ code: "target.forbidden" }))
  })

  test("other spellings of a sandbox's address are nothing", () => {
    for (const text of [
      `https://${id}.sandbox`,
      `http://${id}.sandbox:4096`,
      `http://x.${id}.sandbox`,
      `http://${id}.sandbox/`,
      `http://${id.toUpperCase()}.sandbox`,
    ])
      expect(() => choose(text), text).toThrow(expect.objectContaining({ code: "target.forbidden" }))
  })

  test("a server that only looks a little like one is left alone", () => {
    for (const host of ["sb-3f9a.team-a", "mysb-0123456789ab.team-a", "sb-0123456789abx.team-a"])
      expect(choose(`http://${host}.svc.cluster.local:4096`).rule).toBe("pattern")
  })
})
