import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { writeProgram } from "../../../tests/fakes/stub-opencode.ts"
import { findMemoryLimit } from "./memory-limit.ts"

let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sandbar-memory-"))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const nowhere = () => ({ cgroups: join(directory, "none"), ownCgroups: join(directory, "none") })

describe("where systemd runs things for the person", () => {
  test("a sandbox is a scope of its own with the template's limit, and its end is asked for there", async () => {
    const calls = join(directory, "calls")
    writeProgram(directory, "systemd-run", `#!/bin/sh\necho run "$@" >> ${calls}\n`)
    writeProgram(directory, "systemctl", `#!/bin/sh\necho ctl "$@" >> ${calls}\necho oom-kill\n`)
    const env = { PATH: `${directory}:${process.env.PATH}` }
    const memory = await findMemoryLimit({ env, ...nowhere() })
    expect(memory.enforced).toBe(true)
    expect(memory.wrap(["opencode", "serve"], "sb-0123456789ab", 1_000)).toEqual(
      "systemd-run --user --scope --quiet --unit=sandbar-sb-0123456789ab.scope -p MemoryMax=1000 -p MemorySwapMax=0 -- opencode serve".split(
        " ",
      ),
    )
    expect(await memory.ranOut("sb-0123456789ab")).toBe(true)
    await memory.clear("sb-0123456789ab")
    expect(readFileSync(calls, "utf8")).toContain("reset-failed sandbar-sb-0123456789ab.scope")
  })

  test("and its bus does not answer, nothing is promised", async () => {
    for (const name of ["systemd-run", "systemctl"]) writeProgram(directory, name, "#!/bin/sh\nexit 1\n")
    const memory = await findMemoryLimit({ env: { PATH: directory }, ...nowhere() })
    expect(memory.enforced).toBe(false)
    expect(memory.sentence).toContain("not enforced")
    expect(memory.wrap(["opencode"], "sb-0123456789ab", 1_000)).toEqual(["opencode"])
  })
})

describe("a cgroup", () => {
  const ours = "0::/user.slice/app.service\n"

  test("that holds no memory controller, or may not be written to, limits nothing, and no trial is left in it", async () => {
    const own = join(directory, "own")
    const group = join(directory, "cgroups", "user.slice", "app.service")
    writeFileSync(own, ours)
    mkdirSync(group, { recursive: true })
    writeFileSync(join(group, "cgroup.procs"), "")
    const memory = await findMemoryLimit({
      env: { PATH: "" },
      cgroups: join(directory, "cgroups"),
      ownCgroups: own,
    })
    expect(memory.enforced).toBe(false)
    expect(existsSync(join(group, `sandbar-trial-${process.pid}`))).toBe(false)
  })
})
