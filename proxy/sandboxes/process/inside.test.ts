// What a sandbox has of the person, of its template and of the machine.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { makeProcessWorld, type ProcessWorld, untilTrue } from "../../../tests/fakes/process-world.ts"
import { canMount, onSmallDisk, type SmallDisk } from "../../../tests/fakes/small-disk.ts"
import { writeProgram } from "../../../tests/fakes/stub-opencode.ts"
import { type GitServer, makeRepository, startGitServer } from "../../../tests/sandbox-image/git-server.ts"
import { logLimitBytes } from "./sandbox-log.ts"

let world: ProcessWorld
afterEach(() => world.end(), 30_000)

let served = ""
let server: GitServer
beforeAll(() => {
  served = mkdtempSync(join(tmpdir(), "sandbar-inside-"))
  makeRepository(served, "notes.git")
  server = startGitServer({ root: served })
}, 60_000)
afterAll(async () => {
  await server.stop()
  rmSync(served, { recursive: true, force: true })
})

const environmentInside = async () => (await (await world.ask("/env")).json()) as Record<string, string>

const person = {
  SANDBAR_KEY: "installation",
  ANTHROPIC_API_KEY: "own",
  GATEWAY_KEY: "k-gateway",
  OTHER: "own",
}

describe("the environment", () => {
  test("is the person's own without our settings, with a home of its own that nobody else may read", async () => {
    world = await makeProcessWorld()
    Object.assign(world.options.env, person)
    Object.assign(world.template, { ownProviders: true })
    await world.ready()
    const inside = await environmentInside()
    expect(inside).toMatchObject({
      ANTHROPIC_API_KEY: "own",
      HOME: world.at("home"),
      XDG_CONFIG_HOME: world.at("home", ".config"),
      XDG_DATA_HOME: world.at("home", ".local", "share"),
      cwd: world.at("checkout"),
    })
    expect(inside.SANDBAR_KEY).toBeUndefined()
    expect(statSync(world.at()).mode & 0o777).toBe(0o700)
    for (const name of ["process.json", "sandbox.json", "log"])
      expect(statSync(world.at(name)).mode & 0o777).toBe(0o600)
  })

  test("has no key of the person where the template keeps own providers out, but those that its providers need", async () => {
    world = await makeProcessWorld()
    Object.assign(world.options.env, person)
    Object.assign(world.template, {
      ownProviders: false,
      environment: { GREETING: "hello", HOME: "/tmp" },
      model: "gateway/large",
      providers: [
        {
          id: "gateway",
          name: "Gateway",
          url: "https://llm.example/v1",
          models: [{ id: "large", name: "Large" }],
          key: { variable: "GATEWAY_KEY" },
        },
        {
          id: "other",
          name: "Other",
          url: "https://other.example/v1",
          models: [],
          key: { variable: "SANDBAR_KEY" },
        },
      ],
    })
    await world.ready()
    const inside = await environmentInside()
    expect(inside).toMatchObject({ GATEWAY_KEY: "k-gateway", GREETING: "hello", HOME: world.at("home") })
    for (const name of ["ANTHROPIC_API_KEY", "OTHER", "SANDBAR_KEY"]) expect(inside[name]).toBeUndefined()
    expect(inside.OPENCODE_CONFIG_CONTENT).not.toContain("k-gateway")
    expect(JSON.parse(inside.OPENCODE_CONFIG_CONTENT ?? "")).toMatchObject({
      model: "gateway/large",
      provider: { gateway: { options: { baseURL: "https://llm.example/v1", apiKey: "{env:GATEWAY_KEY}" } } },
    })
  })

  test("comes with the person's keys and settings, copied at each start, unless the template keeps them out", async () => {
    world = await makeProcessWorld()
    const own = world.options.env.HOME ?? ""
    const keys = join(own, ".local/share/opencode/auth.json")
    mkdirSync(join(own, ".local/share/opencode"), { recursive: true })
    mkdirSync(join(own, ".config/opencode/agent"), { recursive: true })
    mkdirSync(join(own, ".config/opencode/node_modules/x"), { recursive: true })
    symlinkSync("..", join(own, ".config/opencode/agent/up"))
    const words = (key: string) => JSON.stringify({ anthropic: { type: "api", key } }, null, 2)
    writeFileSync(keys, words("first"), { mode: 0o644 })
    writeFileSync(join(own, ".config/opencode/agent/mine.md"), "agent")
    const inside = (path: string) => world.at("home", path)

    await world.driver.ensure(world.record, { ...world.template, ownProviders: false })
    await world.until((now) => now?.up === true)
    expect(existsSync(inside(".local/share/opencode/auth.json"))).toBe(false)
    const withOwn = { ...world.template, ownProviders: true }
    for (const key of ["first", "second"]) {
      writeFileSync(keys, words(key))
      await world.driver.stop(world.record.id)
      await world.driver.wake(world.record.id, withOwn)
      await world.until((now) => now?.up === true)
      expect(readFileSync(inside(".local/share/opencode/auth.json"), "utf8")).toBe(words(key))
    }
    expect(statSync(inside(".local/share/opencode/auth.json")).mode & 0o777).toBe(0o600)
    expect(readFileSync(inside(".config/opencode/agent/mine.md"), "utf8")).toBe("agent")
    expect(existsSync(inside(".config/opencode/node_modules"))).toBe(false)
  })
})

describe("the log", () => {
  test("tells the clone and the start, never the password, and stays small", async () => {
    world = await makeProcessWorld({ tickMs: 100 })
    await world.driver.ensure({ ...world.record, repository: `${server.url}/notes.git` }, world.template)
    await world.until((now) => now?.up === true)
    const { password } = JSON.parse(readFileSync(world.at("process.json"), "utf8"))
    await world.ask(`/print?text=${password}`)
    const lines = async () => {
      const found: string[] = []
      const signal = new AbortController().signal
      for await (const line of world.driver.logs(world.record.id, { tail: 100, follow: false, signal }))
        found.push(line)
      return found
    }
    await untilTrue(
      async () => (await lines()).at(-1) === "…",
      2_000,
      () => "not printed",
    )
    expect((await lines())[0]).toMatch(/^Cloning into/)
    await world.ask("/print?text=x&times=3000000")
    await untilTrue(
      () => existsSync(world.at("log.1")),
      5_000,
      () => "nothing was set aside",
    )
    const sizes = () => ["log", "log.1"].map((name) => statSync(world.at(name)).size)
    await untilTrue(
      () => Math.max(...sizes()) <= logLimitBytes,
      5_000,
      () => sizes().join(),
    )
  })
})

describe("what is used", () => {
  test("is told of the whole tree of processes", async () => {
    world = await makeProcessWorld({ tickMs: 50 })
    await world.ready()
    const seen = await world.until((now) => now?.usage !== undefined)
    expect(seen?.usage?.memoryBytes).toBeGreaterThan(10 * 2 ** 20)
    expect(seen?.usage?.cpu).toBeLessThan(8)
    await world.driver.stop(world.record.id)
    expect(world.driver.seen.get(world.record.id)?.usage).toBeUndefined()
    await world.driver.wake(world.record.id, world.template)
    await world.until((now) => now?.usage !== undefined)
  })

  test("by kept data is told once nothing runs any more", async () => {
    world = await makeProcessWorld()
    await world.ready()
    writeFileSync(world.at("checkout", "large"), Buffer.alloc(500_000))
    await world.driver.delete(world.record.id, { data: "keep" })
    const seen = await world.until((now) => now?.dataBytes !== undefined)
    expect(seen?.dataBytes).toBeGreaterThan(500_000)
    expect(readFileSync(world.at("checkout", "large"))).toHaveLength(500_000)
  })
})

describe("a machine that lacks something", () => {
  test("git: the sandbox says so, and another one without a repository starts", async () => {
    world = await makeProcessWorld()
    const bin = join(world.directory, "bin")
    mkdirSync(bin)
    symlinkSync("/bin/sh", join(bin, "sh"))
    Object.assign(world.options.env, { PATH: bin })
    await world.driver.ensure({ ...world.record, repository: `${server.url}/notes.git` }, world.template)
    const seen = await world.until((now) => now?.failure !== undefined)
    expect(seen?.failure).toMatchObject({
      code: "clone",
      terminal: true,
      sentence: expect.stringMatching(/no git program/),
    })
    const other = { ...world.record, id: "sb-ffffffffffff" }
    await world.driver.ensure(other, world.template)
    await untilTrue(
      () => world.driver.endpoint(other.id) !== undefined,
      10_000,
      () => "it does not start",
    )
  })

  test("a directory of that name: what is missing and what is a file are refused at their field", async () => {
    world = await makeProcessWorld()
    writeFileSync(join(world.directory, "file"), "")
    for (const name of ["missing", "file"]) {
      const directory = join(world.directory, name)
      await expect(world.driver.ensure({ ...world.record, directory }, world.template)).rejects.toMatchObject(
        {
          code: "sandbox.refused",
          field: "directory",
          detail: `There is no directory ${directory} on the machine that Sandbar runs on.`,
        },
      )
    }
    expect(world.driver.seen.size).toBe(0)
  })

  test("opencode: nothing can be spawned, and why", async () => {
    world = await makeProcessWorld({ program: "/does/not/exist" })
    expect(world.driver.unavailable()).toContain("/does/not/exist")
    await expect(world.driver.ensure(world.record, world.template)).rejects.toMatchObject({
      code: "sandbox.unavailable",
    })
    expect(world.driver.seen.size).toBe(0)
  })

  test("the directory that a person gave: the sandbox says which, and goes on when it is back", async () => {
    world = await makeProcessWorld()
    const own = join(world.directory, "own")
    mkdirSync(own)
    await world.driver.ensure({ ...world.record, directory: own }, world.template)
    await world.until((now) => now?.up === true)
    await world.driver.stop(world.record.id)
    Bun.spawnSync(["mv", own, `${own}-away`])
    await world.driver.wake(world.record.id, world.template)
    const seen = await world.until((now) => now?.failure !== undefined)
    expect(seen?.failure).toMatchObject({ code: "gone", sentence: expect.stringContaining(own) })
    Bun.spawnSync(["mv", `${own}-away`, own])
    await world.driver.wake(world.record.id, world.template)
    await world.until((now) => now?.up === true)
  })
})

describe("a hostile wish", () => {
  test.each([
    { repository: "--upload-pack=touch /tmp/x" },
    { repository: "ext::sh -c 'touch /tmp/x'" },
    { repository: "file:///etc" },
    { repository: "https://ada:secret@git.example/notes" },
    { repository: "https://git.example/notes", branch: "--output=x" },
  ])("%o is refused before anything is made", async (wish) => {
    world = await makeProcessWorld()
    await expect(world.driver.ensure({ ...world.record, ...wish }, world.template)).rejects.toMatchObject({
      code: "sandbox.refused",
    })
    expect(existsSync(world.at())).toBe(false)
  })
})

const small = test.skipIf(!canMount)

async function withSmallDisk(run: (disk: SmallDisk) => Promise<void>): Promise<void> {
  world = await makeProcessWorld({ tickMs: 100 })
  await onSmallDisk(world, run)
}

describe("a full disk", () => {
  small("during a clone is told as such, and a wake goes on once there is space", () =>
    withSmallDisk(async ({ grow }) => {
      writeFileSync(join(world.home, "filler"), Buffer.alloc(300_000))
      await world.driver.ensure({ ...world.record, repository: `${server.url}/notes.git` }, world.template)
      const seen = await world.until((now) => now?.failure !== undefined)
      expect(seen?.failure).toMatchObject({ code: "disk-full", step: "cloning", terminal: true })
      expect(seen?.failure?.remedies[0]).toBe("free")
      expect(existsSync(world.at("checkout"))).toBe(false)
      grow()
      await world.driver.wake(world.record.id, world.template)
      await world.until((now) => now?.up === true)
    }),
  )

  small("refuses a new sandbox and leaves nothing of it", () =>
    withSmallDisk(async ({ fill }) => {
      fill()
      await expect(world.driver.ensure(world.record, world.template)).rejects.toMatchObject({
        code: "sandbox.refused",
      })
      expect(existsSync(world.at())).toBe(false)
      expect(world.driver.seen.size).toBe(0)
    }),
  )

  small(
    "does not keep a sandbox from being stopped; whoever asked learns that it is not written down, which follows",
    () =>
      withSmallDisk(async ({ fill, grow }) => {
        await world.ready()
        fill()
        await expect(world.driver.stop(world.record.id)).rejects.toMatchObject({
          code: "sandbox.unavailable",
        })
        await world.until((now) => now?.wanted === "stopped" && !now.leaving)
        expect(await world.running()).toEqual([])
        grow()
        const written = () => JSON.parse(readFileSync(world.at("sandbox.json"), "utf8")).wanted
        await untilTrue(() => written() === "stopped", 5_000, written)
      }),
  )

  test("in git's words is told as such", async () => {
    world = await makeProcessWorld()
    const words = "fatal: cannot create directory at 'x': No space left on device"
    writeProgram(world.directory, "git", `#!/bin/sh\necho "${words}" >&2\nexit 128\n`)
    Object.assign(world.options.env, { PATH: `${world.directory}:${process.env.PATH}` })
    await world.driver.ensure({ ...world.record, repository: `${server.url}/notes.git` }, world.template)
    const seen = await world.until((now) => now?.failure !== undefined)
    expect(seen?.failure).toMatchObject({ code: "disk-full", details: words })
  })
})
