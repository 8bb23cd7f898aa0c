import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { expect, onTestFinished, test } from "vitest"
import { precompress } from "./precompress.mjs"

test("large text gets both copies; small text, pictures and the rewritten page get none", async () => {
  const place = mkdtempSync(join(tmpdir(), "sandbar-compress-"))
  onTestFinished(() => rmSync(place, { recursive: true, force: true }))
  const text = "const a = 1\n".repeat(200)
  for (const name of ["large.js", "picture.png", "index.html"]) writeFileSync(join(place, name), text)
  writeFileSync(join(place, "small.js"), "const a = 1")

  await precompress(place)

  expect(readdirSync(place).sort()).toEqual([
    "index.html",
    "large.js",
    "large.js.br",
    "large.js.gz",
    "picture.png",
    "small.js",
  ])
  expect(brotliDecompressSync(readFileSync(join(place, "large.js.br"))).toString()).toBe(text)
  expect(gunzipSync(readFileSync(join(place, "large.js.gz"))).toString()).toBe(text)
})
