// Proxies that end in the middle of something, by SIGKILL: the next one over the same home makes of it what was wanted.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import { makeProcessWorld, type ProcessWorld, untilTrue } from "../../../tests/fakes/process-world.ts"
import { writeProgram } from "../../../tests/fakes/stub-opencode.ts"
import { type GitServer, makeRepository, startGitServer } from "../../../tests/sandbox-image/git-server.ts"
import { makeLog } from "../../log.ts"
import { draftMark } from "./places.ts"
import { makeProcessDriver } from "./process-driver.ts"
import { startOf } from "./process-table.ts"

let served = ""
let server: GitServer
beforeAll(async () => {
  served = mkdtempSync(join(tmpdir(), "sandbar-restart-"))
  makeRepository(served, "notes.git")
  server = startGitServer({ root: served })
}, 60_000)
afterAll(async () => {
  await server.stop()
  rmSync(served, { recursive: true, force: true })
})

let world: ProcessWorld
afterEach(() => world.end(), 30_000)

/** A home that no driver of this process has, so that others may. */
async function homeForOthers(): Promise<void> {
  world = await makeProcessWorld()
  await world.driver.close()
}

type Proxy = ReturnType<typeof startProxy>

/** A process with a driver over the world's home, which then runs `script`. */
function startProxy(script: string) {
  const { log: _log, ...options } = world.options
  const source = `
    const { makeProcessDriver } = await import(${JSON.stringify(join(import.meta.dirname, "process-driver.ts"))})
    const { makeLog } = await import(${JSON.stringify(join(import.meta.dirname, "../../log.ts"))})
    const { options, record, template } = JSON.parse(process.env.GIVEN)
    const driver = makeProcessDriver({ ...options, log: makeLog({ format: "json", level: "fatal" }) })
    await driver.ready
    const { id } = record
    const until = async (holds) => { while (!holds(driver.seen.get(id))) await Bun.sleep(5) }
    console.log("began")
    ${script}
    console.log("done")
    await new Promise(() => {})`
  const given = { options, record: spawned(), template: world.template }
  const child = Bun.spawn([process.execPath, "-e", source], {
    env: { ...process.env, GIVEN: JSON.stringify(given) },
    stdout: "pipe",
    stderr: "inherit",
  })
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader()
  let said = ""
  return {
    says: async (word: string) => {
      while (!said.includes(word)) {
        const { value, done } = await reader.read()
        if (done) throw new Error(`it ended before it said ${word}: ${said}`)
        said += value
      }
    },
    kill: async () => {
      child.kill("SIGKILL")
      await child.exited
    },
  }
}

const spawned = () => ({ ...world.record, repository: `${server.url}/notes.git` })

async function convergesToOne(): Promise<void> {
  await world.reopen()
  await world.driver.ready
  await world.until((now) => now?.up === true, 20_000)
  expect(await (await world.ask("/global/health")).json()).toMatchObject({ healthy: true })
  expect(await world.running()).toHaveLength(1)
  const drafts = () => readdirSync(world.at()).filter((name) => name.includes(draftMark))
  // One that is being written just now is none that was left.
  await untilTrue(
    () => drafts().length === 0,
    2_000,
    () => drafts().join(),
  )
  expect(readFileSync(world.at("checkout", "README.md"), "utf8")).not.toBe("")
}

describe("a proxy that is killed", () => {
  test("while all is well leaves its sandbox running, and the next one has it at once: same process, same password", async () => {
    await homeForOthers()
    const proxy = startProxy(`await driver.ensure(record, template)
      await until((now) => now?.up)
      console.log(driver.endpoint(id).origin + " " + driver.endpoint(id).authorization + ".")`)
    await proxy.says("done")
    const before = await world.running()
    await proxy.kill()
    expect(await world.running()).toEqual(before)
    await world.reopen()
    await world.driver.ready
    const now = world.driver.seen.get(world.record.id)
    expect(now).toMatchObject({ wanted: "running", up: true, step: "ready" })
    expect(Object.keys(now?.entered ?? {}).sort()).toEqual(["cloning", "queued", "ready", "starting"])
    await proxy.says(`${world.driver.endpoint(world.record.id)?.origin} `)
    await convergesToOne()
    // Nobody is told of the end of a process that is not its child: its port is given up at once all the same, for
    // the password must not go to whoever takes it.
    const pid = before[0] ?? 0
    process.kill(pid, "SIGKILL")
    while (startOf(pid) !== undefined) Bun.sleepSync(1)
    expect(world.driver.endpoint(world.record.id)).toBeUndefined()
    await world.until((seen) => seen?.up === false, 5_000)
    await world.until((seen) => seen?.up === true)
    expect(await world.running()).toHaveLength(1)
  })

  test("while git clones leaves no git and no half a clone", async () => {
    await homeForOthers()
    const pid = join(world.directory, "git-pid")
    const git = `#!/bin/sh\necho $$ > ${pid}\nfor last; do :; done\nmkdir -p "$last"\necho half > "$last/file"\nexec sleep 100\n`
    writeProgram(world.directory, "git", git)
    const path = world.options.env.PATH
    Object.assign(world.options.env, { PATH: `${world.directory}:${path}` })
    const proxy = startProxy("await driver.ensure(record, template)")
    await untilTrue(
      () => existsSync(pid) && readFileSync(pid, "utf8") !== "",
      10_000,
      () => "git does not run",
    )
    await proxy.kill()
    await untilTrue(
      () => startOf(Number(readFileSync(pid, "utf8"))) === undefined,
      10_000,
      () => "git lives",
    )
    Object.assign(world.options.env, { PATH: path })
    await convergesToOne()
  })

  test("at any moment of a spawn leaves what the next one completes: nothing leaks, nothing doubles", async () => {
    await homeForOthers()
    for (let ms = 0; ms <= 600; ms += 100) {
      const proxy: Proxy = startProxy("await driver.ensure(record, template)")
      await proxy.says("began")
      await Bun.sleep(ms)
      await proxy.kill()
      await world.reopen()
      await world.driver.ready
      // Too early, and nobody has written down that there should be anything.
      if (world.driver.seen.size > 0) await convergesToOne()
      await world.driver.delete(world.record.id, { data: "delete" })
      await world.until((now) => now === undefined, 15_000)
      await world.driver.close()
      expect(readdirSync(join(world.home, "sandboxes"))).toEqual(["lock"])
    }
  }, 120_000)

  test("while it stops or deletes something has that done by the next one", async () => {
    await homeForOthers()
    for (const [act, wanted] of [
      ["stop(id)", "stopped"],
      ["delete(id, { data: 'keep' })", "data"],
      ["delete(id, { data: 'delete' })", undefined],
    ]) {
      const proxy = startProxy(`await driver.ensure(record, template)
        await until((now) => now?.up)
        await driver.${act}`)
      await proxy.says("done")
      await proxy.kill()
      await world.reopen()
      await world.driver.ready
      await world.until((now) => now?.wanted === wanted && now?.leaving !== true)
      expect(await world.running()).toEqual([])
      expect(existsSync(world.at("checkout"))).toBe(wanted !== undefined)
      await world.driver.close()
    }
  }, 60_000)
})

describe("what an earlier proxy has written down", () => {
  test("is not believed of a pid that is somebody else's by now: that one is left alone", async () => {
    world = await makeProcessWorld()
    await world.ready()
    await world.driver.close()
    const stranger = Bun.spawn(["sleep", "100"], { detached: true })
    const file = JSON.parse(readFileSync(world.at("process.json"), "utf8"))
    writeFileSync(world.at("process.json"), JSON.stringify({ ...file, pid: stranger.pid }))
    await convergesAfterReopen()
    expect(startOf(stranger.pid)).toBeDefined()
    stranger.kill("SIGKILL")
    expect(await world.running()).toHaveLength(1)
  })

  test("and was damaged stops nothing else, and is not removed", async () => {
    world = await makeProcessWorld()
    await world.ready()
    const other = { ...world.record, id: "sb-ffffffffffff" }
    await world.driver.ensure(other, world.template)
    await world.driver.stop(other.id)
    await world.driver.close()
    const damaged = join(world.home, "sandboxes", other.id, "sandbox.json")
    writeFileSync(damaged, "{")
    await convergesAfterReopen()
    expect(world.driver.seen.has(other.id)).toBe(false)
    expect(readFileSync(damaged, "utf8")).toBe("{")
  })

  async function convergesAfterReopen(): Promise<void> {
    await world.reopen()
    await world.driver.ready
    await world.until((now) => now?.up === true)
  }
})

describe("a second proxy over the same home", () => {
  test("starts nothing and says so, and takes over when the first has ended", async () => {
    world = await makeProcessWorld()
    await world.ready()
    const log = makeLog({ format: "json", level: "fatal" })
    const warned = vi.spyOn(log, "warn")
    const second = makeProcessDriver({ ...world.options, log })
    await expect.poll(() => second.unavailable()).toContain("Another Sandbar")
    expect(warned.mock.calls).toEqual([[expect.anything(), expect.stringContaining("Another Sandbar")]])
    // Else an empty list would say that there are none.
    const looked = second.ready.then(() => "looked")
    expect(await Promise.race([looked, Bun.sleep(50).then(() => "not yet")])).toBe("not yet")
    expect(second.seen.size).toBe(0)
    await expect(second.ensure(world.record, world.template)).rejects.toMatchObject({
      code: "sandbox.unavailable",
    })
    let leads = false
    second.lead(async () => {
      leads = true
    })
    await Bun.sleep(50)
    expect(leads).toBe(false)
    await world.driver.close()
    world.driver = second
    await world.until((now) => now?.up === true)
    expect(second.unavailable()).toBeUndefined()
    expect(leads).toBe(true)
    expect(await world.running()).toHaveLength(1)
  })
})
