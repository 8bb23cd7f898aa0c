import { describe, expect, test } from "vitest"
import { requestPasses, responsePasses } from "./headers.ts"

function sent(incoming: Record<string, string>, authorization?: string): Record<string, string> {
  const headers = new Headers()
  const context = {
    incoming: new Headers(incoming),
    host: "sandbox.team-a:4096",
    authorization,
    viaToken: "us",
    requestId: "r-1",
  }
  for (const pass of requestPasses) pass(headers, context)
  return Object.fromEntries(headers)
}

function returned(answer: Record<string, string>): Record<string, string> {
  const headers = new Headers(answer)
  const context = { target: { origin: "http://sandbox.team-a:4096" }, forwardBase: "/a/b/api/proxy" }
  for (const pass of responsePasses) pass(headers, context)
  return Object.fromEntries(headers)
}

const always = {
  host: "sandbox.team-a:4096",
  "accept-encoding": "identity",
  via: "1.1 us",
  "x-request-id": "r-1",
}

describe("towards a target", () => {
  test("stolen session: nothing that identifies the person to the gateway is sent", () => {
    const incoming = {
      cookie: "authservice_session=1",
      authorization: "Bearer gateway",
      "kubeflow-userid": "victim@example.com",
      "x-forwarded-user": "victim",
      "x-auth-request-email": "victim@example.com",
      "x-envoy-original-dst-host": "10.0.0.1:443",
      "x-real-ip": "10.0.0.1",
      forwarded: "for=10.0.0.1",
      origin: "https://kf.example",
      referer: "https://kf.example/notebook/",
      "sec-fetch-site": "same-origin",
      "x-target-server": "http://sandbox.team-a:4096",
      "x-something-new": "1",
      "proxy-authorization": "Basic 1",
      expect: "100-continue",
      te: "trailers",
      x_opencode_directory: "/etc",
    }
    expect(sent(incoming)).toEqual(always)
  })

  test("what OpenCode needs is sent", () => {
    const incoming = {
      accept: "text/event-stream",
      "content-type": "application/json",
      "x-opencode-directory": "%2Ftmp",
    }
    expect(sent(incoming)).toEqual({ ...always, ...incoming })
  })

  test("credentials for the target become its Authorization; ours for a managed server win over them", () => {
    const incoming = { authorization: "Bearer gateway", "x-target-authorization": "Basic theirs" }
    expect(sent(incoming).authorization).toBe("Basic theirs")
    expect(sent(incoming, "Basic ours").authorization).toBe("Basic ours")
    expect(sent(incoming)).not.toHaveProperty("x-target-authorization")
  })

  test("hop-by-hop abuse: what Connection lists goes no further, but cannot take our own headers away", () => {
    const incoming = {
      connection: "close, X-OpenCode-Directory, authorization, host",
      "x-opencode-directory": "/a",
    }
    expect(sent({ ...incoming, "x-target-authorization": "Basic theirs" })).toEqual({
      ...always,
      authorization: "Basic theirs",
    })
  })

  test("an earlier Via is kept, so that a loop over two proxies is seen", () => {
    expect(sent({ via: "1.1 them" }).via).toBe("1.1 them, 1.1 us")
  })
})

describe("back from a target", () => {
  test("a target cannot touch our cookies, our policies or our login", () => {
    const hostile = {
      "set-cookie": "authservice_session=evil",
      "clear-site-data": '"*"',
      "strict-transport-security": "max-age=1",
      "content-security-policy": "default-src *",
      "service-worker-allowed": "/",
      "www-authenticate": "Basic",
      refresh: "0;url=http://evil.example",
      "alt-svc": 'h2="evil.example:443"',
      nel: "{}",
      "report-to": "{}",
      "access-control-allow-origin": "*",
      "x-accel-redirect": "/etc/passwd",
      link: "<http://10.0.0.1/>",
      "x-frame-options": "ALLOWALL",
      connection: "keep-alive",
      "cache-control": "public, max-age=31536000",
      vary: "*",
    }
    expect(returned(hostile)).toEqual({
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store, no-transform",
      vary: "x-target-server",
      "x-accel-buffering": "no",
      "x-sandbar-from-target": "1",
    })
  })

  test("what describes the body passes", () => {
    const answer = {
      "content-type": "application/json",
      "content-encoding": "gzip",
      "x-next-cursor": "abc",
      etag: '"1"',
    }
    expect(returned(answer)).toMatchObject(answer)
  })

  test.each([
    ["/there?x=1#y", "/a/b/api/proxy/there?x=1#y"],
    ["http://sandbox.team-a:4096/there", "/a/b/api/proxy/there"],
    ["http://sandbox.team-a:4097/there", undefined],
    ["https://sandbox.team-a:4096/there", undefined],
    ["//evil.example/there", undefined],
    ["javascript:alert(1)", undefined],
    ["http://", undefined],
  ])("Location %s becomes %s", (location, expected) => {
    expect(returned({ location }).location).toBe(expected)
  })
})
