import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Problem } from "../../shared/problems.ts"
import rows from "../../tests/wire/hostile-targets.json" with { type: "json" }
import { type AllowedTargets, chooseTarget, parseOrigin } from "./target.ts"

const cluster: AllowedTargets = { suffixes: ["svc.cluster.local"], origins: [] }
const narrow: AllowedTargets = { suffixes: ["team-a.svc.cluster.local"], origins: [] }

function verdict(text: string, allowed = cluster): number | "allow" {
  try {
    chooseTarget(text, allowed)
    return "allow"
  } catch (error) {
    if (error instanceof Problem) return error.status
    throw error
  }
}

// Rows that depend on a DNS answer are the business of dial.ts: their text itself is fine.
const textRows = rows.filter((row) => row.target !== undefined && row.dns === undefined)

describe.each(textRows)("hostile text: $name", (row) => {
  test(row.expect, () => {
    const origins = row.config?.exact ?? []
    expect(verdict(row.target ?? "", { ...cluster, origins })).toBe(
      row.expect === "allow" ? "allow" : row.status,
    )
  })
})

test("a refusal names the origin: two servers on one host differ in the port, or in the scheme alone", () => {
  const refusal = (text: string) => () => chooseTarget(text, cluster)
  expect(refusal("http://127.0.0.1:9500")).toThrow("The server http://127.0.0.1:9500 is not on")
  expect(refusal("https://box.lan:443/")).toThrow("The server https://box.lan is not on")
  expect(refusal("https://0x7f.1:9500")).toThrow("The server https://0x7f.1:9500 is not on")
  expect(refusal("http://xn--80ak6aa92e.ns.svc.cluster.local")).toThrow(
    "http://xn--80ak6aa92e.ns.svc.cluster.local is",
  )
})

describe("whatever is allowed leads into the allowlist", () => {
  const good = "http://sandbox.team-a.svc.cluster.local:4096"
  const pieces = fc.constantFrom(
    ...[
      "http://",
      "https://",
      "sandbox",
      "team-a",
      ".svc.cluster.local",
      "evil.com",
      "kube-system",
      "@",
      ":",
    ],
    ...["/", "\\", "#", "?", "%2e", "%00", ".", "..", "0x7f.1", "127.0.0.1", "[::1]", ":80", ":22", "xn--a"],
    ...["\u212a", "\uff0e", "\u3002", "\t", "\r\n", " ", "KUBERNETES.default", "localhost", "-", "_", ","],
  )
  const glued = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(""))
  const spliced = fc
    .tuple(fc.nat(good.length), fc.nat(4), fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 3 })))
    .map(([at, cut, text]) => good.slice(0, at) + text + good.slice(at + cut))

  test("for glued, spliced and arbitrary texts", () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(glued, spliced, fc.webUrl(), fc.string({ unit: "binary" })), (text) => {
        if (verdict(text) !== "allow") return
        accepted++
        const target = chooseTarget(text, cluster)
        const dialled = new URL(`${target.origin}/`)
        expect(dialled.hostname).toMatch(/^([a-z0-9-]+\.){2,}svc\.cluster\.local$/)
        expect(dialled.username + dialled.password).toBe("")
        expect(["http:", "https:"]).toContain(dialled.protocol)
        expect([80, 443].includes(target.port) || (target.port >= 1024 && target.port <= 65535)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
    // Otherwise the property above was never asked.
    expect(accepted).toBeGreaterThan(50)
  })

  test("an exact origin allows itself and nothing beside it", () => {
    const only: AllowedTargets = { suffixes: [], origins: ["http://127.0.0.1:4096"] }
    fc.assert(
      fc.property(fc.oneof(glued, spliced, fc.string()), (text) => {
        if (verdict(text, only) === "allow") expect(parseOrigin(text)).toBe("http://127.0.0.1:4096")
      }),
    )
    expect(verdict("http://127.0.0.1:4096/", only)).toBe("allow")
    expect(verdict("http://127.0.0.1:4097", only)).toBe(403)
    expect(verdict("https://127.0.0.1:4096", only)).toBe(403)
  })
})

test("a pattern narrowed to one namespace needs no second label, and keeps to that namespace", () => {
  expect(verdict("http://sandbox.team-a.svc.cluster.local", narrow)).toBe("allow")
  expect(verdict("http://pod-0.sandbox.team-a.svc.cluster.local", narrow)).toBe("allow")
  expect(verdict("http://sandbox.team-b.svc.cluster.local", narrow)).toBe(403)
  expect(verdict("http://xteam-a.svc.cluster.local", narrow)).toBe(403)
})

test("system namespaces stay closed under a cluster domain of the operator's own, and under a wider pattern", () => {
  for (const suffix of ["svc.k8s.corp", "k8s.corp"]) {
    const allowed = { suffixes: [suffix], origins: [] }
    expect(verdict("http://x.kube-system.svc.k8s.corp", allowed)).toBe(403)
    expect(verdict("http://kubernetes.default.svc.k8s.corp", allowed)).toBe(403)
    expect(verdict("http://sandbox.default.svc.k8s.corp", allowed)).toBe("allow")
  }
})

test("an IPv6 server is allowed by its exact origin only", () => {
  expect(verdict("http://[::1]:4096", { suffixes: [], origins: ["http://[::1]:4096"] })).toBe("allow")
  expect(verdict("http://[::1]:4096", cluster)).toBe(400)
})

test("the default port and upper case are other spellings of the same origin", () => {
  expect(chooseTarget("HTTPS://A.Team-A.svc.cluster.local:443/", cluster).origin).toBe(
    "https://a.team-a.svc.cluster.local",
  )
})

test("a text longer than 300 characters is refused before anything else reads it", () => {
  const long = `http://${"a.".repeat(150)}team-a.svc.cluster.local`
  expect(verdict(long)).toBe(400)
})
