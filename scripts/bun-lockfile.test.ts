import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { bunLockfile } from "./bun-lockfile.mjs"
import { npmLockfile, whyNpmFailed } from "./ensure-bun.mjs"
import { inRoot, pinnedBun } from "./root.mjs"

const locked = bunLockfile(readFileSync(inRoot("bun.lock"), "utf8"))
const linux = { os: "linux", cpu: "x64", libc: "glibc" }

test("npm gets the one Bun package for this machine, under the hash of bun.lock", () => {
  const lock = npmLockfile(pinnedBun(), locked, linux)
  expect(lock.packages[""].dependencies).toEqual({ "@oven/bun-linux-x64": pinnedBun() })
  expect(lock.packages["node_modules/@oven/bun-linux-x64"]?.integrity).toMatch(/^sha512-.{80,}==$/)
  expect(Object.keys(lock.packages)).toHaveLength(2)
})

test("a musl machine gets the musl build, and no other", () => {
  const lock = npmLockfile(pinnedBun(), locked, { ...linux, libc: "musl" })
  expect(Object.keys(lock.packages)).toContain("node_modules/@oven/bun-linux-x64-musl")
  expect(Object.keys(lock.packages)).toHaveLength(2)
})

test("every platform that has a package in bun.lock has a hash there", () => {
  const ours = Object.entries(locked).filter(([name]) => name.startsWith("@oven/bun-"))
  expect(ours.length).toBeGreaterThan(5)
  for (const [, entry] of ours)
    expect(entry).toMatchObject({ version: pinnedBun(), integrity: expect.stringMatching(/^sha512-/) })
})

test("a pin that differs from the lockfile is refused, because its hash is unknown", () => {
  expect(() => npmLockfile("9.9.9", locked, linux)).toThrow(/pins Bun 9\.9\.9, but bun\.lock has/)
})

test("a machine that Bun has no build for is told so", () => {
  expect(() => npmLockfile(pinnedBun(), locked, { os: "aix", cpu: "ppc64", libc: "glibc" })).toThrow(
    "There is no Bun for aix on ppc64.",
  )
})

test("npm's reasons become one sentence", () => {
  expect(whyNpmFailed("1.0.0", "npm error code EINTEGRITY\nnpm error sha512-…")).toMatch(
    /hash differs.*refused/,
  )
  expect(whyNpmFailed("1.0.0", "npm error code ENOTFOUND")).toMatch(/cannot be reached/)
  expect(whyNpmFailed("1.0.0", "npm error code EACCES\nmore")).toBe(
    "npm could not fetch Bun 1.0.0: npm error code EACCES",
  )
})
