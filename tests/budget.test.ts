// What the first visit costs and where it looks, measured on the real build.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync } from "node:zlib"
import { beforeAll, expect, test } from "vitest"
import { ensureUi } from "../scripts/ensure-ui.mjs"

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
}

const ui = join(import.meta.dirname, "../dist/ui")
const read = (file: string) => readFileSync(join(ui, file))

beforeAll(() => ensureUi(process.execPath), 120_000)

test("the first load is at most 120 KB of JavaScript", () => {
  const manifest = JSON.parse(read("build-manifest.json").toString()) as Record<string, Chunk>
  const files = firstLoad(manifest)
  const bytes = files.map((file) => brotliCompressSync(read(file)).length)
  expect(files.length).toBeGreaterThan(0)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(120 * 1024)
})

test("nothing that loads later is larger than 260 kB before compression", () => {
  const large = assets(".js").filter((file) => read(file).length > 260_000)
  expect(large).toEqual([])
})

test("the libraries come in their production builds", () => {
  for (const file of assets(".js"))
    expect(read(file).toString()).not.toContain("You appear to have multiple instances of Solid")
})

test("the page links to its own parts only, relative to its base", () => {
  const html = read("index.html").toString()
  const links = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? "")
  expect(links.length).toBeGreaterThan(2)
  // The proxy replaces the base; everything else has to follow it.
  expect(links.filter((link) => link !== "/" && !/^(?:\.\/)?[\w-][\w./-]*$/.test(link))).toEqual([])
})

test("no style sheet and no worker loads from elsewhere", () => {
  for (const file of assets(".css")) expect(outsideLoads(read(file).toString())).toEqual([])
  for (const file of assets(".js")) {
    expect(read(file).toString()).not.toMatch(
      /(?:import\(|importScripts\(|new Worker\(|fetch\()\s*["'`](?:https?:)?\/\//,
    )
  }
})

test("what is large and text is compressed before it is served", () => {
  const large = [...assets(".js"), ...assets(".css")].filter((file) => read(file).length >= 1024)
  expect(large.length).toBeGreaterThan(3)
  for (const file of large) {
    expect(read(`${file}.br`).length).toBeLessThan(read(file).length)
    expect(Bun.gunzipSync(new Uint8Array(read(`${file}.gz`))).length).toBe(read(file).length)
  }
})

test("a load from elsewhere would be seen", () => {
  expect(
    outsideLoads(`@import "https://fonts.example/a.css"; .a { background: url(//example.com/a.png) }`),
  ).toHaveLength(2)
  expect(
    outsideLoads(".a { background: url(./a.svg) } .b { background: url(data:image/png;base64,AA) }"),
  ).toEqual([])
})

/** The entry and everything that it imports before it runs. */
function firstLoad(manifest: Record<string, Chunk>): string[] {
  const seen = new Set<string>()
  const visit = (key: string) => {
    const chunk = manifest[key]
    if (!chunk || seen.has(chunk.file)) return
    seen.add(chunk.file)
    for (const next of chunk.imports ?? []) visit(next)
  }
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key)
  return [...seen]
}

function assets(extension: string): string[] {
  return readdirSync(ui, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(extension))
}

function outsideLoads(css: string): string[] {
  return css.match(/@import\s+["'](?:https?:)?\/\/|url\(\s*["']?(?:https?:)?\/\//g) ?? []
}
