// Where a prefix ends. Asked with plain requests through the real gateway process.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { makeTempHome, type TempHome } from "../fakes/temp-home.ts"
import { type Gateway, startGateway } from "./harness/gateway.ts"
import { type Sandbar, startSandbar } from "./harness/sandbar.ts"

const prefix = "/notebook/team-a/my-nb/"
let home: TempHome
let sandbar: Sandbar
let gateway: Gateway

// The setting without its trailing slash: both spellings mean the same.
beforeAll(async () => {
  home = makeTempHome("prefix")
  sandbar = await startSandbar(home, { NB_PREFIX: prefix.slice(0, -1), SANDBAR_DRIVER: "none" })
  // A gateway that passes everything on, as one does that serves many notebooks.
  gateway = await startGateway("root", "/", sandbar.origin)
})
afterAll(async () => {
  await gateway.stop()
  await sandbar.stop()
  home.remove()
})

const get = (path: string, accept = "text/html") =>
  fetch(gateway.url.slice(0, -1) + path, { redirect: "manual", headers: { accept } })

describe("under a prefix", () => {
  test("the printed address has it", () => expect(new URL(sandbar.url).pathname).toBe(prefix))

  test("the page and a deep link answer with the base of the prefix", async () => {
    for (const path of [prefix, `${prefix}s/local/session/ses_1`]) {
      const answer = await get(path)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain(`<base href="${prefix}">`)
    }
  })

  test("without the last slash the browser is sent there, relative to what it sees", async () => {
    const answer = await get(prefix.slice(0, -1))
    expect(answer.status).toBeGreaterThanOrEqual(301)
    const location = answer.headers.get("location") ?? ""
    expect(location).not.toMatch(/^(?:[a-z]+:)?\/\//)
    expect(new URL(location, gateway.url.slice(0, -1) + prefix.slice(0, -1)).pathname).toBe(prefix)
  })

  test("a neighbour whose name only begins the same is not ours", async () => {
    expect((await get("/notebook/team-a/my-nbx")).status).toBe(404)
    expect((await get("/notebook/team-a/my-nbx/")).status).toBe(404)
  })

  test("a missing asset is a 404 and never a page", async () => {
    const answer = await get(`${prefix}assets/nothing-12345678.js`)
    expect(answer.status).toBe(404)
    expect(answer.headers.get("content-type")).not.toContain("html")
  })
})
