// What may go wrong with a sandbox that runs or starts, with small programs in place of opencode.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { makeProcessWorld, type ProcessWorld, untilTrue } from "../../../tests/fakes/process-world.ts"
import { writeProgram } from "../../../tests/fakes/stub-opencode.ts"
import { findMemoryLimit } from "./memory-limit.ts"
import type { ProcessDriverOptions } from "./process-driver.ts"

let world: ProcessWorld
const open = async (change: Partial<ProcessDriverOptions> = {}) => {
  world = await makeProcessWorld(change)
}
afterEach(() => world.end(), 30_000)

/** A world whose opencode is this shell program. */
async function openWith(script: string, change: Partial<ProcessDriverOptions> = {}): Promise<void> {
  await open(change)
  writeProgram(world.directory, "stub-opencode", `#!/bin/sh\n${script}\n`)
  await world.driver.ensure(world.record, world.template)
}

test("a wake right after a stop begins anew: another process, with another password", async () => {
  await open()
  await world.ready()
  const before = world.driver.endpoint(world.record.id)
  const [pid] = await world.running()
  const { id } = world.record
  await Promise.all([world.driver.stop(id), world.driver.wake(id, world.template)])
  await world.until((now) => now?.up === true)
  expect(world.driver.endpoint(id)?.authorization).not.toBe(before?.authorization)
  expect(await world.running()).not.toContain(pid)
})

describe("a sandbox whose program ends", () => {
  test("is not reachable from that moment, and is started again on another port with another password", async () => {
    await open()
    await world.ready()
    const before = world.driver.endpoint(world.record.id)
    const pids = await world.running()
    process.kill(pids[0] ?? 0, "SIGKILL")
    await untilTrue(
      () => world.driver.endpoint(world.record.id) === undefined,
      2_000,
      () => "still reachable",
    )
    await world.until((now) => now?.up === true)
    const after = world.driver.endpoint(world.record.id)
    expect(after?.authorization).not.toBe(before?.authorization)
    expect(world.driver.seen.get(world.record.id)?.failure).toBeUndefined()
  })

  test("is said to be started again, and not to have failed for good", async () => {
    await open({ backoffMs: 60_000 })
    await world.ready()
    const [pid] = await world.running()
    process.kill(pid ?? 0, "SIGKILL")
    const seen = await world.until((now) => now?.failure !== undefined)
    expect(seen?.failure).toMatchObject({
      sentence: "OpenCode ended; starting it again. It was ended by SIGKILL.",
      terminal: false,
    })
  })

  test("again and again is given up after three restarts, with its last lines and without its password", async () => {
    await openWith(
      `echo run >> ${"$HOME"}/runs; echo "error: $OPENCODE_SERVER_PASSWORD is wrong" >&2; exit 3`,
    )
    const seen = await world.until((now) => now?.failure?.terminal === true)
    expect(seen?.failure).toMatchObject({
      code: "crash",
      step: "starting",
      details: expect.stringContaining("error: … is wrong"),
    })
    expect(seen?.failure?.sentence).toContain("status 3")
    expect(seen?.startedAt).toBeUndefined()
    expect(readFileSync(world.at("home", "runs"), "utf8")).toBe("run\n".repeat(4))
    expect(await world.running()).toEqual([])
    await world.driver.wake(world.record.id, world.template)
    expect(world.driver.seen.get(world.record.id)?.failure).toBeUndefined()
    await world.until((now) => now?.failure?.terminal === true)
    expect(readFileSync(world.at("home", "runs"), "utf8")).toBe("run\n".repeat(8))
  })

  test("that starts and never answers is ended and told as such", async () => {
    await openWith("echo thinking; exec sleep 100", { startMs: 300 })
    const seen = await world.until((now) => now?.failure !== undefined)
    expect(seen?.failure).toMatchObject({ code: "unhealthy", terminal: true, details: "thinking" })
    expect(await world.running()).toEqual([])
  })

  test("is not taken for well because a stranger has its port: it gets another one, and that is no crash", async () => {
    const squatters: Server[] = []
    await open()
    const stub = readFileSync(world.options.program, "utf8")
    const tries = join(world.directory, "tries")
    const taken = `if ((await Bun.file("${tries}").text().catch(() => "")).length < 2) {
      require("fs").appendFileSync("${tries}", "x")
      await Bun.connect({ unix: "${join(world.directory, "squat")}", socket: {
        open(socket) { socket.write(process.argv[process.argv.indexOf("--port") + 1]) },
        data() { process.exit(1) },
      } })
      await Bun.sleep(10_000)
    }\n`
    writeFileSync(world.options.program, stub.replace("\n", `\n${taken}`))
    const signals = createServer((socket) =>
      socket.on("data", (port) => {
        const squatter = createServer((other) => other.destroy()).listen(
          Number(port.toString()),
          "127.0.0.1",
          () => socket.write("taken"),
        )
        squatters.push(squatter)
      }),
    ).listen(join(world.directory, "squat"))
    let crashes = 0
    world.driver.watch((id) => {
      if (world.driver.seen.get(id)?.failure) crashes += 1
    })
    await world.ready()
    expect(readFileSync(tries, "utf8")).toBe("xx")
    expect(crashes).toBe(0)
    for (const each of [signals, ...squatters]) each.close()
  })
})

describe("a stop", () => {
  test("ends tools that have made themselves independent of the server", async () => {
    await open()
    await world.ready()
    await world.ask("/tool")
    await untilTrue(
      async () => (await world.running()).length === 2,
      2_000,
      () => "the tool does not run",
    )
    await world.driver.stop(world.record.id)
    await world.until((now) => now?.leaving === false)
    expect(await world.running()).toEqual([])
    expect(existsSync(world.at("process.json"))).toBe(false)
  })
})

describe("a deletion", () => {
  test("removes home and checkout when asked to, and never a directory that a person has given", async () => {
    await open()
    const own = join(world.directory, "own")
    mkdirSync(own)
    writeFileSync(join(own, "work"), "mine")
    await world.driver.ensure({ ...world.record, directory: own }, world.template)
    await world.until((now) => now?.up === true)
    expect(await (await world.ask("/env")).json()).toMatchObject({ cwd: own })
    await world.driver.delete(world.record.id, { data: "delete" })
    await world.until((now) => now === undefined)
    expect(readFileSync(join(own, "work"), "utf8")).toBe("mine")
    const left = () => readdirSync(join(world.home, "sandboxes")).filter((name) => name !== "lock")
    await untilTrue(
      () => left().length === 0,
      5_000,
      () => left().join(),
    )
  })

  test("that was interrupted is completed by the next proxy", async () => {
    await open()
    await world.driver.close()
    const trash = join(world.home, "sandboxes", ".trash-sb-0123456789ab-00")
    mkdirSync(join(trash, "checkout"), { recursive: true })
    await world.reopen()
    await untilTrue(
      () => !existsSync(trash),
      5_000,
      () => "the trash is still there",
    )
  })

  test("of a sandbox's own files by way of another one that works in them is refused before it can happen", async () => {
    await open()
    await world.ready()
    const other = { ...world.record, id: "sb-ffffffffffff", directory: world.at("checkout") }
    await expect(world.driver.ensure(other, world.template)).rejects.toMatchObject({
      code: "sandbox.refused",
    })
    const none = { ...other, directory: "/does/not/exist" }
    await expect(world.driver.ensure(none, world.template)).rejects.toMatchObject({ code: "sandbox.refused" })
  })
})

const memory = await findMemoryLimit({ env: process.env })

test.skipIf(!memory.enforced)(
  "a program that uses more memory than its template allows is ended, and a person is told why",
  async () => {
    await openWith("exec tail /dev/zero", { findMemoryLimit: async () => memory })
    await world.driver.delete(world.record.id, { data: "delete" })
    await world.until((now) => now === undefined)
    const { resources } = world.template
    const small = { ...resources, memory: { request: "16Mi", limit: "64Mi" } }
    await world.driver.ensure(world.record, { ...world.template, resources: small })
    const seen = await world.until((now) => now?.failure?.terminal === true, 15_000)
    expect(seen?.failure).toMatchObject({ code: "out-of-memory" })
    expect(world.driver.capabilities.limits?.memory).toBe(true)
    // What happened to one start is not told of the next.
    expect(await memory.ranOut(world.record.id)).toBe(false)
  },
)
