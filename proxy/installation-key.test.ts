import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { deriveKey, readInstallationKey } from "./installation-key.ts"
import { makeLog } from "./log.ts"

let place: string
let lines: string[]
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "sandbar-key-"))
  lines = []
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const read = (home: string, key?: string) =>
  readInstallationKey(
    { home, key },
    makeLog({ format: "json", level: "info", write: (line) => lines.push(line) }),
  )
const modeOf = (path: string) => statSync(path).mode & 0o777

describe("the key", () => {
  test("is the operator's where one is set, and nothing is written", () => {
    expect(read(join(place, "home"), "k".repeat(32))).toEqual(new TextEncoder().encode("k".repeat(32)))
    expect(readdirSync(place)).toEqual([])
  })

  test("is made once and kept where only we can read it", () => {
    const home = join(place, "deep", "home")
    const key = read(home)
    expect(key.length).toBeGreaterThanOrEqual(32)
    expect(read(home)).toEqual(key)
    expect([modeOf(home), modeOf(join(home, "key"))]).toEqual([0o700, 0o600])
    expect(readdirSync(home)).toEqual(["key"])
    expect(lines).toEqual([])
  })

  test("differs from installation to installation", () => {
    expect(read(join(place, "a"))).not.toEqual(read(join(place, "b")))
  })

  test("is the same for programs that start at the same moment", async () => {
    const program = `
      const { readInstallationKey } = await import(${JSON.stringify(join(import.meta.dirname, "installation-key.ts"))})
      const log = { warn: (_, text) => { throw new Error(text) } }
      console.log(Buffer.from(readInstallationKey({ home: process.argv[1], key: undefined }, log)).toString())`
    const runs = Array.from({ length: 6 }, () =>
      Bun.spawn([process.execPath, "-e", program, join(place, "home")], { stdout: "pipe" }),
    )
    const keys = await Promise.all(runs.map((run) => new Response(run.stdout).text()))
    expect(new Set(keys)).toEqual(new Set([`${readFileSync(join(place, "home", "key"), "utf8")}\n`]))
  })

  test("is one of this process alone, with a warning, where nothing can be written", () => {
    writeFileSync(join(place, "file"), "")
    const home = join(place, "file", "home")
    expect(read(home).length).toBeGreaterThanOrEqual(32)
    expect(lines.join("")).toContain("SANDBAR_KEY")
    expect(read(home)).not.toEqual(read(home))
  })

  test("is read from a volume whose files Kubernetes gave to the pod's group", () => {
    const key = read(place)
    chmodSync(join(place, "key"), 0o660)
    expect(read(place)).toEqual(key)
  })
})

describe("defences", () => {
  test("neighbour on the same machine: a key that everybody can read is refused with the way out", () => {
    read(place)
    chmodSync(join(place, "key"), 0o604)
    expect(() => read(place)).toThrow(/Everybody on this machine can read .+key\. Delete it/)
  })

  test("guessing: a key that is cut off or empty is refused with the way out", () => {
    mkdirSync(join(place, "home"))
    for (const text of ["", "short\n"]) {
      writeFileSync(join(place, "home", "key"), text, { mode: 0o600 })
      expect(() => read(join(place, "home"))).toThrow(/is too short to be a key\. Delete it/)
    }
  })

  test("reuse: what is derived for one use says nothing about the key or another use", () => {
    const key = read(place)
    const ticket = deriveKey(key, "ticket", 64)
    expect(ticket).toHaveLength(64)
    expect(deriveKey(key, "ticket", 64)).toEqual(ticket)
    expect(deriveKey(key, "other", 64)).not.toEqual(ticket)
  })
})
