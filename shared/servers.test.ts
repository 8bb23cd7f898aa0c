import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  isSandboxId,
  isServerUrl,
  normaliseServerUrl,
  sandboxOfServerUrl,
  sandboxServerUrl,
  serverId,
} from "./servers.ts"

describe("an address is taken as people type it", () => {
  const typed: [string, string][] = [
    ["sandbox.team-a:4096", "http://sandbox.team-a:4096"],
    ["  http://sandbox.team-a:4096/  ", "http://sandbox.team-a:4096"],
    ["HTTP://Sandbox.Team-A:4096", "http://sandbox.team-a:4096"],
    ["https://opencode.example", "https://opencode.example"],
    ["https://opencode.example:443", "https://opencode.example"],
    ["opencode.example:443", "https://opencode.example"],
    ["localhost", "http://localhost"],
    ["127.0.0.1:4096", "http://127.0.0.1:4096"],
    ["[::1]:4096", "http://[::1]:4096"],
  ]
  test.each(typed)("%s is %s", (text, url) => {
    expect(normaliseServerUrl(text)).toEqual({ ok: true, url })
  })
})

describe("what would be lost silently is refused with a reason", () => {
  test.each([
    ["", "Type the address"],
    ["http://host/path", "no path"],
    ["http://host?x=1", "no path"],
    ["http://me:secret@host", "their own fields"],
    ["ftp://host", "Only http and https"],
    ["javascript:alert(1)", "not an address"],
    ["two words", "not an address"],
    ["host:99999", "not an address"],
  ])("%s", (text, reason) => {
    const result = normaliseServerUrl(text)
    expect(result.ok).toBe(false)
    expect(result.ok === false && result.reason).toContain(reason)
  })
})

test("whatever is accepted is a bare origin, and normalising it again changes nothing", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (text) => {
      const first = normaliseServerUrl(text)
      if (!first.ok) return
      expect(isServerUrl(first.url)).toBe(true)
      expect(normaliseServerUrl(first.url)).toEqual(first)
    }),
  )
})

test("a server's id says where a link goes, port included, and leads back to the same address", () => {
  expect(serverId("http://local")).toBe("local")
  expect(serverId("http://sandbox.team-a")).toBe("sandbox.team-a:80")
  expect(serverId("https://opencode.example")).toBe("opencode.example:443")
  expect(normaliseServerUrl(serverId("https://opencode.example"))).toEqual({
    ok: true,
    url: "https://opencode.example",
  })
  expect(normaliseServerUrl(serverId("http://a.b:4096"))).toEqual({ ok: true, url: "http://a.b:4096" })
})

describe("a sandbox's server", () => {
  const id = "sb-0123456789ab"
  test("stands in our URLs by the sandbox's id alone, and its address leads back to the id", () => {
    expect(serverId(sandboxServerUrl(id))).toBe(id)
    expect(sandboxOfServerUrl(sandboxServerUrl(id))).toBe(id)
    expect(isServerUrl(sandboxServerUrl(id))).toBe(true)
  })

  test("confusion: nothing but the one spelling of its address names it", () => {
    for (const origin of [
      `https://${id}.sandbox`,
      `http://${id}.sandbox:4096`,
      `http://${id}.sandbox/`,
      `http://${id}.sandbox.evil.example`,
      `http://evil.${id}.sandbox`,
      `http://${id.toUpperCase()}.sandbox`,
      "http://sb-.sandbox",
      "http://sb-0123456789abcdef01234.sandbox",
      "http://.sandbox",
      "http://local",
    ])
      expect(sandboxOfServerUrl(origin), origin).toBeUndefined()
    expect(serverId(`https://${id}.sandbox`)).toBe(`${id}.sandbox:443`)
    expect(isSandboxId(`${id}\n`)).toBe(false)
  })
})
