// Who is asking, over real sockets: the gateway's word counts, nobody else's, and no target ever hears it.
import { afterEach, describe, expect, test } from "vitest"
import { rawRequest } from "./raw-request.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"
import { startTarget, type TestTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Answers with the headers that it got. */
function startEcho(): TestTarget {
  const target = startTarget((request) => Response.json(Object.fromEntries(request.headers)))
  cleanups.push(target.stop)
  return target
}

const gateway = { SANDBAR_IDENTITY: "header:kubeflow-userid", SANDBAR_TRUSTED_PROXIES: "127.0.0.1" }
const stranger = { ...gateway, SANDBAR_TRUSTED_PROXIES: "10.0.0.0/8" }

function start(env: Record<string, string>, target?: TestTarget): TestProxy {
  const proxy = startProxy({ env: { SANDBAR_ALLOWED_TARGETS: target?.origin ?? "http://a.b", ...env } })
  cleanups.push(proxy.stop)
  return proxy
}

const anna = { "kubeflow-userid": "anna@example.com" }

/** The page, the app's own API, forwarding, and what forwarding refuses: every kind of path. */
const closed: [method: string, path: string][] = [
  ["GET", "/"],
  ["GET", "/s/local/"],
  ["GET", "/assets/app.js"],
  ["GET", "/api/config"],
  ["GET", "/api/proxy/session"],
  ["POST", "/api/proxy/session"],
  ["GET", "/api/proxyx"],
  ["POST", "/api/proxy/ticket"],
  ["GET", "/api/nothing"],
]

async function statuses(proxy: TestProxy, headers: Record<string, string>): Promise<number[]> {
  const answers = closed.map(([method, path]) => fetch(`${proxy.url}${path}`, { method, headers }))
  return (await Promise.all(answers)).map(({ status }) => status)
}
const allClosed = closed.map(() => 401)

describe("a person whom the gateway names", () => {
  test("is told to the page and stands in the log line", async () => {
    const proxy = start(gateway)
    const config = (await (await fetch(`${proxy.url}/api/config`, { headers: anna })).json()) as object
    expect(config).toMatchObject({ user: "anna@example.com" })
    // Its line may come after the answer.
    await expect
      .poll(() => JSON.parse(proxy.logLines.at(-1) ?? "{}"))
      .toMatchObject({ path: "/api/config", user: "anna@example.com" })
  })

  test("is nobody's business at a target, whatever the header is called", async () => {
    const target = startEcho()
    const names = ["kubeflow-userid", "x-opencode-user", "last-event-id", "authorization", "x-auth-user"]
    for (const name of [...names, "accept", "accept-language", "cookie", "range"]) {
      const proxy = start({ ...gateway, SANDBAR_IDENTITY: `header:${name}` }, target)
      const headers = { "x-target-server": target.origin, [name]: "anna@example.com" }
      const response = await fetch(`${proxy.url}/api/proxy/x`, { headers })
      expect([name, response.status]).toEqual([name, 200])
      expect([name, JSON.stringify(await response.json())]).not.toEqual([
        name,
        expect.stringContaining("anna@"),
      ])
    }
  })

  test("counts from an IPv4 gateway on a dual-stack listener too", async () => {
    const proxy = start({ ...gateway, HOST: "::" })
    const response = await fetch(`http://127.0.0.1:${proxy.port}/api/config`, { headers: anna })
    expect(response.status).toBe(200)
  })
})

describe("nobody gets in", () => {
  test("forged identity: the header from somebody who is no gateway of ours", async () => {
    expect(await statuses(start(stranger), anna)).toEqual(allClosed)
  })

  test("forged identity: the same with the forwarding headers of a gateway", async () => {
    const forged = {
      ...anna,
      "x-forwarded-for": "10.0.0.1",
      forwarded: "for=10.0.0.1",
      "x-real-ip": "10.0.0.1",
    }
    expect(await statuses(start(stranger), forged)).toEqual(allClosed)
  })

  test("forged identity: another spelling of the header", async () => {
    const forged = { kubeflow_userid: "anna@example.com", "x-kubeflow-userid": "anna@example.com" }
    expect(await statuses(start(gateway), forged)).toEqual(allClosed)
  })

  test("without a name, and is told what to do", async () => {
    const proxy = start(gateway)
    expect(await statuses(proxy, {})).toEqual(allClosed)
    const response = await fetch(`${proxy.url}/`)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(await response.json()).toMatchObject({
      code: "identity.required",
      detail: expect.stringContaining("gateway"),
    })
  })

  test("not under the prefix either, kept or stripped", async () => {
    const proxy = start({ ...gateway, NB_PREFIX: "/notebook/team-a/nb" })
    for (const path of ["", "/", "/api/config", "/api/proxy/x", "/healthz/x"])
      expect((await fetch(`${proxy.url}/notebook/team-a/nb${path}`, { redirect: "manual" })).status).toBe(401)
    expect((await fetch(`${proxy.url}/api/config`)).status).toBe(401)
  })

  test.each([
    ["two headers", "kubeflow-userid: mallory@example.com\r\nKubeflow-Userid: anna@example.com\r\n"],
    ["two headers that agree", "kubeflow-userid: anna@example.com\r\nkubeflow-userid: anna@example.com\r\n"],
    ["an empty one", "kubeflow-userid: \r\n"],
    ["only blanks", "kubeflow-userid:  \t \r\n"],
    ["300 characters", `kubeflow-userid: ${"x".repeat(300)}\r\n`],
    ["a tab within", "kubeflow-userid: anna\tmallory\r\n"],
    ["a terminal's escape", "kubeflow-userid: anna\x1b[31m\r\n"],
    ["one hidden by Connection", "Connection: kubeflow-userid\r\n"],
  ])("forged identity: %s", async (_name, line) => {
    const proxy = start(gateway)
    const head = `GET /api/config HTTP/1.1\r\nHost: 127.0.0.1\r\n${line}Connection: close\r\n\r\n`
    // The parser may refuse first; what counts is that nobody is let in.
    expect([400, 401]).toContain((await rawRequest(proxy.port, head)).status)
    expect(proxy.logLines.join("")).not.toContain('"user"')
  })
})

test("probes, scrapers and Kubeflow's culler are no persons: they are answered without a name", async () => {
  const proxy = start(gateway)
  for (const path of ["/healthz", "/readyz", "/metrics", "/api/kernels"])
    expect([path, (await fetch(`${proxy.url}${path}`)).status]).toEqual([path, 200])
})

test("stolen identity: where nobody has to sign in, the header means nothing and still reaches no target", async () => {
  const target = startEcho()
  const proxy = start({ SANDBAR_TRUSTED_PROXIES: "127.0.0.1" }, target)
  const config = (await (await fetch(`${proxy.url}/api/config`, { headers: anna })).json()) as object
  expect(config).toMatchObject({ user: null })
  const headers = { ...anna, kubeflow_userid: "anna@example.com", "x-target-server": target.origin }
  const response = await fetch(`${proxy.url}/api/proxy/x`, { headers })
  expect(response.status).toBe(200)
  expect(JSON.stringify(await response.json())).not.toContain("anna@")
  expect(proxy.logLines.join("")).not.toContain("anna@")
})
