import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { contentHash } from "./content-hash.mjs"

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "sandbar-hash-"))
  mkdirSync(join(place, "app/deep"), { recursive: true })
  writeFileSync(join(place, "app/deep/a.ts"), "a")
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const hash = () => contentHash([join(place, "app"), join(place, "missing.ts")], place)

test("the same sources have the same hash", () => expect(hash()).toBe(hash()))

test("a changed, an added and a renamed file each change the hash", () => {
  const hashes = [hash()]
  writeFileSync(join(place, "app/deep/a.ts"), "b")
  hashes.push(hash())
  writeFileSync(join(place, "app/b.ts"), "")
  hashes.push(hash())
  rmSync(join(place, "app/b.ts"))
  writeFileSync(join(place, "app/c.ts"), "")
  hashes.push(hash())
  expect(new Set(hashes).size).toBe(4)
})

test("a test is no source: changing it builds nothing", () => {
  const before = hash()
  writeFileSync(join(place, "app/a.test.ts"), "x")
  expect(hash()).toBe(before)
})
