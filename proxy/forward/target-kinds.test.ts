// The policy against texts of every kind of tests/wire/hostile-targets.json that are not in that file, and against
// the parser that reads the text again when it is dialled.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Problem } from "../../shared/problems.ts"
import { hostileKinds } from "../../tests/wire/hostile-kinds.ts"
import { ipv4Forms, ipv6Forms } from "../../tests/wire/server-texts.ts"
import { type AllowedTargets, chooseTarget, parseOrigin } from "./target.ts"

const cluster: AllowedTargets = { suffixes: ["svc.cluster.local"], origins: [] }

function verdict(text: string, allowed = cluster): number | "allow" {
  try {
    chooseTarget(text, allowed)
    return "allow"
  } catch (error) {
    if (error instanceof Problem) return error.status
    throw error
  }
}

describe("allowlist bypass through the text of a server", () => {
  test.each(hostileKinds(4096))("$name → $status", ({ text, status }) => {
    fc.assert(
      fc.property(text, (each) => {
        expect(status).toContain(verdict(each))
      }),
      { numRuns: 200 },
    )
  })

  test("whatever a URL parser takes for an IPv4 address is none that a pattern allows", () => {
    const wide = { suffixes: ["0.0.1", "1", "7f.1", "0x7f", "svc.cluster.local"], origins: [] }
    fc.assert(
      fc.property(ipv4Forms, (form) => {
        if (!URL.canParse(`http://${form}`)) return
        expect(new URL(`http://${form}`).hostname).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
        expect(verdict(`http://${form}`, wide)).not.toBe("allow")
      }),
      { numRuns: 2_000 },
    )
  })

  test("what the operator's settings call an origin is what a URL parser calls it", () => {
    const bracketed = ipv6Forms.map((address) => `[${address}]`)
    fc.assert(
      fc.property(fc.oneof(ipv4Forms, bracketed), (host) => {
        const origin = parseOrigin(`http://${host}:4096`)
        if (origin !== undefined) expect(new URL(origin).origin).toBe(origin)
      }),
      { numRuns: 1_000 },
    )
    expect(parseOrigin("http://127.1:4096")).toBeUndefined()
    expect(parseOrigin("http://[::1]:4096")).toBe("http://[::1]:4096")
  })

  test("an exact origin is not reached by another spelling of its address", () => {
    const only = { suffixes: [], origins: ["http://127.0.0.1:4096"] }
    fc.assert(
      fc.property(ipv4Forms, (form) => {
        expect(verdict(`http://${form}:4096`, only) === "allow").toBe(form === "127.0.0.1")
      }),
      { numRuns: 1_000 },
    )
  })
})

describe("what is accepted is read by the parser that dials it as it was read here", () => {
  test("for texts of every kind, and for two of them glued together", () => {
    const any = fc.oneof(...hostileKinds(4096).map(({ text }) => text))
    const glued = fc
      .tuple(any, any, fc.nat(40), fc.nat(40))
      .map(([a, b, i, j]) => a.slice(0, -i || undefined) + b.slice(j))
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(any, glued), (text) => {
        if (verdict(text) !== "allow") return
        accepted++
        const read = new URL(text)
        const target = chooseTarget(text, cluster)
        expect([read.origin, read.username, read.pathname + read.search]).toEqual([target.origin, "", "/"])
        expect(read.hostname).toBe(target.host)
        expect(target.host).toMatch(/^([a-z0-9-]+\.){2,}svc\.cluster\.local$/)
      }),
      { numRuns: 4_000 },
    )
    // Otherwise the property above was never asked.
    expect(accepted).toBeGreaterThan(50)
  })
})
