import { describe, expect, test } from "vitest"
import { cannotBuild, cannotRun, clusterDirectory } from "./cluster-programs.mjs"

const machine = { platform: "linux" as const, uid: 0, go: "go1.26.8", has: () => true }
const without = (...missing: string[]) => ({ ...machine, has: (tool: string) => !missing.includes(tool) })

describe("a machine that runs the cluster tests", () => {
  test("is a Linux with a few tools; only a real node takes root", () => {
    expect(cannotRun("control-plane", { ...machine, uid: 1000 })).toBeUndefined()
    expect(cannotRun("node", machine)).toBeUndefined()
  })

  test("is told what it lacks", () => {
    expect(cannotRun("control-plane", { ...machine, platform: "darwin" as const })).toBe(
      "it needs Linux, and this is darwin.",
    )
    expect(cannotRun("control-plane", without("openssl", "flock"))).toBe(
      "this machine has no openssl, no flock.",
    )
    expect(cannotRun("node", { ...machine, uid: 1000 })).toBe("it starts containers, which takes root.")
    expect(cannotRun("node", without("ip"))).toBe("this machine has no ip.")
  })
})

describe("a machine that builds the programs", () => {
  test("has a recent Go, and Debian's tools for a real node", () => {
    expect(cannotBuild("control-plane", without("apt-get"))).toBeUndefined()
    expect(cannotBuild("control-plane", { ...machine, go: undefined })).toContain("there is no Go")
    expect(cannotBuild("control-plane", { ...machine, go: "go1.24.9" })).toContain("this is go1.24.9")
    expect(cannotBuild("control-plane", { ...machine, go: "go1.25rc1" })).toBeUndefined()
    expect(cannotBuild("node", without("apt-get"))).toContain("no apt-get")
  })
})

test("the programs lie in the person's cache, one directory for each set of versions", () => {
  expect(clusterDirectory({ XDG_CACHE_HOME: "/caches" })).toMatch(
    /^\/caches\/sandbar\/cluster\/[0-9a-f]{16}$/,
  )
  expect(clusterDirectory({})).toMatch(/\/\.cache\/sandbar\/cluster\/[0-9a-f]{16}$/)
})
