// docs/proxy.md is held against the code: a table that has drifted is worse than none.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { variables } from "../proxy/config.ts"
import { defaultLimits } from "../proxy/guard/limits.ts"
import { makeMetrics } from "../proxy/metrics.ts"
import { problems } from "../shared/problems.ts"
import { startProxy } from "./wire/start-proxy.ts"
import { startTarget } from "./wire/start-target.ts"

const docs = join(import.meta.dirname, "../docs")
const page = readFileSync(join(docs, "proxy.md"), "utf8")

/** The rows of one section whose first cell is in backticks, without the backticks. */
function rowsOf(heading: string): string[][] {
  const section = page.split(/^#{2,3} /m).find((text) => text.startsWith(`${heading}\n`)) ?? ""
  return [...section.matchAll(/^\| (`[^|]+) \|(.*)\|$/gm)].map(([, name = "", rest = ""]) => [
    name.replaceAll("`", ""),
    ...rest.split(/(?<!\\)\|/).map((cell) => cell.replaceAll("`", "").trim()),
  ])
}

const cleanups: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe("docs/proxy.md", () => {
  test("has every refusal with its status, and no other", () => {
    const told = rowsOf("What a refusal means").map(([code, status]) => [code, Number(status)])
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
    )
  })

  test("has every limit with its default, and no other", () => {
    const told = rowsOf("Limits").map(([name, value]) => [name, Number(value)])
    expect(Object.fromEntries(told)).toEqual(defaultLimits)
  })

  test("says of a setting what --help says", () => {
    const told = rowsOf("Settings")
    expect(told.length).toBeGreaterThan(10)
    for (const [name = "", fallback] of told.filter(([name]) => name !== "SANDBAR_LIMITS")) {
      const spec = variables[name as keyof typeof variables]
      expect(spec, name).toBeDefined()
      expect(fallback, name).toBe("defaultHelp" in spec ? spec.defaultHelp : spec.default)
    }
  })

  test("has every metric with its type and its labels, and no other", async () => {
    const metrics = makeMetrics(() => ({ requests: 0, streams: 0, sockets: 0 }))
    metrics.request("forward", 200, "exact")
    const text = await metrics.text()
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type])
    const told = rowsOf("Metrics")
    expect(Object.fromEntries(told.map(([name, type]) => [name, type]))).toEqual(Object.fromEntries(types))
    for (const [name = "", , labels = ""] of told) {
      const inUse = [
        ...(new RegExp(`^${name}(?:_bucket)?\\{(.*)\\}`, "m").exec(text)?.[1] ?? "").matchAll(/(\w+)=/g),
      ]
      const used = inUse.map(([, label]) => label).filter((label) => label !== "le")
      expect(labels.split(", ").filter(Boolean).sort(), name).toEqual(used.sort())
    }
  })

  test("alerts on metrics that exist", async () => {
    const text = await makeMetrics(() => ({ requests: 0, streams: 0, sockets: 0 })).text()
    const yaml = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, code = ""]) => code)
    const rules = Bun.YAML.parse(yaml.find((code) => code.startsWith("groups:")) ?? "") as AlertFile
    const expressions = rules.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
    for (const name of expressions.flatMap((expr) => expr.match(/sandbar_\w+/g) ?? []))
      expect(text).toContain(`# TYPE ${name.replace(/_bucket$/, "")} `)
    for (const code of expressions.flatMap((expr) => expr.match(/code="([^"]+)"/)?.[1] ?? []))
      expect(Object.keys(problems)).toContain(code)
    expect(expressions.length).toBeGreaterThan(5)
  })

  test("has every field of a log line, and no other", async () => {
    const target = startTarget(() => new Response("ok"))
    const proxy = startProxy({
      env: {
        SANDBAR_ALLOWED_TARGETS: target.origin,
        SANDBAR_IDENTITY: "header:x-user",
        SANDBAR_TRUSTED_PROXIES: "127.0.0.1",
      },
    })
    cleanups.push(target.stop, proxy.stop)
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`
    const headers = { "x-target-server": target.origin, "x-user": "ada", traceparent }
    await fetch(`${proxy.url}/api/proxy/x`, { headers })
    await fetch(`${proxy.url}/api/proxy/x`)
    await expect.poll(() => proxy.logLines.length).toBe(2)
    const fields = new Set(proxy.logLines.flatMap((line) => Object.keys(JSON.parse(line))))
    const told = rowsOf("The log").flatMap(([names = ""]) => names.split(", "))
    expect(told.sort()).toEqual([...fields].sort())
  })

  test("links to nothing that is missing", () => {
    const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) => path)
    expect(links.filter((path) => !existsSync(join(docs, path)))).toEqual([])
    const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => anchorOf(text))
    expect(headings).toEqual(expect.arrayContaining(anchors))
  })
})

type AlertFile = { groups: { rules: { expr: string }[] }[] }

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-")
}
