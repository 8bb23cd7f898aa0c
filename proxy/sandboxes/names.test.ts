import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isSandboxId } from "../../shared/servers.ts"
import { sandboxId, slugOf } from "./names.ts"
import { makeOwnerOf } from "./owner.ts"

const key = new Uint8Array(32).fill(7)
const ownerOf = makeOwnerOf(key, { is: "header", name: "x-user" })
const identity = {
  owner: ownerOf("ada"),
  repository: "https://git.example/a/b",
  branch: "main",
  directory: null,
  slug: "b",
}

describe("a slug", () => {
  test.each([
    ["My app!", "my-app"],
    ["my-app", "my-app"],
    ["  --Über  Größe-- ", "uber-gro-e-"],
    ["a".repeat(60), "a".repeat(40)],
  ])("of %j begins %j", (name, slug) => expect(slugOf(name).startsWith(slug)).toBe(true))

  test("tells names apart that have no letter of ours", () => {
    expect(slugOf("東京")).not.toBe(slugOf("大阪"))
    expect(slugOf("東京")).toBe(slugOf("東京"))
    expect(slugOf("🙂")).not.toBe(slugOf("🙃"))
    expect(slugOf("Größe")).not.toBe(slugOf("Grö-e"))
  })

  test("can stand in a label, whatever the name is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 60 }), (name) => {
        expect(slugOf(name)).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
      }),
    )
  })
})

describe("an id", () => {
  test("is the same for the same identity, short and long", () => {
    expect(sandboxId(key, identity)).toBe(sandboxId(key, { ...identity }))
    expect(sandboxId(key, identity, true).startsWith(sandboxId(key, identity))).toBe(true)
    expect(isSandboxId(sandboxId(key, identity))).toBe(true)
    expect(isSandboxId(sandboxId(key, identity, true))).toBe(true)
  })

  test("differs with every part of the identity, and with the installation", () => {
    const others = [
      { ...identity, owner: ownerOf("bob") },
      { ...identity, owner: ownerOf(null) },
      { ...identity, owner: makeOwnerOf(key, { is: "header", name: "x-other" })("ada") },
      { ...identity, repository: null },
      { ...identity, repository: "https://git.example/a/c" },
      { ...identity, branch: null },
      { ...identity, slug: "c" },
      { ...identity, repository: null, directory: "/src/b" },
    ]
    const ids = [identity, ...others].map((one) => sandboxId(key, one))
    expect(new Set([...ids, sandboxId(new Uint8Array(32), identity)]).size).toBe(others.length + 2)
  })

  test("confusion: parts that run into each other make no common id", () => {
    const one = { ...identity, repository: "https://git.example/a", branch: 'b","c' }
    const other = { ...identity, repository: 'https://git.example/a","b', branch: "c" }
    expect(sandboxId(key, one)).not.toBe(sandboxId(key, other))
  })
})

describe("an owner", () => {
  test("is a hash that fits a label, beside the name as it came", () => {
    expect(ownerOf("ada@example.com")).toMatchObject({ name: "ada@example.com" })
    expect(ownerOf("ada@example.com").hash).toMatch(/^[0-9a-f]{16}$/)
    expect(ownerOf("ada").hash).not.toBe(ownerOf("Ada").hash)
  })

  test("is one and the same where nobody signs in", () => {
    const nobody = makeOwnerOf(key, { is: "none" })
    expect(nobody(null)).toEqual(nobody(null))
    expect(nobody(null).name).toBeNull()
  })

  test("impersonation: the same name from another source is another person", () => {
    const other = makeOwnerOf(key, { is: "header", name: "x-other" })
    expect(other("ada").hash).not.toBe(ownerOf("ada").hash)
  })
})
