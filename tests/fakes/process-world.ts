// A process driver over a SANDBAR_HOME of its own, for tests: nothing that it started outlives the test.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeLog } from "../../proxy/log.ts"
import type { Driver, Observation, SandboxRecord } from "../../proxy/sandboxes/driver.ts"
import { makeProcessDriver, type ProcessDriverOptions } from "../../proxy/sandboxes/process/process-driver.ts"
import { pidsWithMark, startOf } from "../../proxy/sandboxes/process/process-table.ts"
import {
  ProcessFileSchema,
  readStored,
  SandboxFileSchema,
} from "../../proxy/sandboxes/process/stored-files.ts"
import type { Template } from "../../proxy/sandboxes/templates/template.ts"
import { writeStubOpencode } from "./stub-opencode.ts"
import { testTemplate } from "./test-template.ts"

export type ProcessWorld = {
  readonly directory: string
  /** SANDBAR_HOME. */
  readonly home: string
  readonly template: Template
  readonly record: SandboxRecord
  /** The one that is open now. */
  driver: Driver
  readonly options: ProcessDriverOptions
  readonly reopen: () => Promise<Driver>
  readonly end: () => Promise<void>
  readonly until: (
    holds: (now: Observation | undefined) => boolean,
    ms?: number,
  ) => Promise<Observation | undefined>
  readonly ready: () => Promise<void>
  /** Asks the server of the sandbox itself. */
  readonly ask: (path: string) => Promise<Response>
  /** Where things of the sandbox lie. */
  readonly at: (...path: string[]) => string
  /** Processes that carry the sandbox's mark. */
  readonly running: () => Promise<number[]>
}

export async function makeProcessWorld(change: Partial<ProcessDriverOptions> = {}): Promise<ProcessWorld> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "sandbar-process-driver-")))
  const home = join(directory, "home")
  const person = join(directory, "person")
  mkdirSync(person)
  const options: ProcessDriverOptions = {
    home,
    program: writeStubOpencode(directory),
    env: { PATH: process.env.PATH, HOME: person },
    log: makeLog({ format: "json", level: "fatal" }),
    allowHttp: true,
    backoffMs: 20,
    ...change,
  }
  const id = "sb-0123456789ab"
  const rest = { owner: "0123456789abcdef", ownerName: null, name: "One", slug: "one", createdAt: Date.now() }
  const world: ProcessWorld = {
    directory,
    home,
    template: testTemplate(),
    record: { id, ...rest, template: "small", repository: null, branch: null, directory: null },
    driver: makeProcessDriver(options),
    options,
    reopen: async () => {
      await world.driver.close()
      world.driver = makeProcessDriver(options)
      return world.driver
    },
    end: async () => {
      await world.driver.ready
      for (const each of world.driver.seen.keys()) await world.driver.delete(each, { data: "delete" })
      await untilTrue(
        () => world.driver.seen.size === 0,
        15_000,
        () => "it is not gone",
      )
      await world.driver.close()
      rmSync(directory, { recursive: true, force: true })
    },
    until: async (holds, ms = 15_000) => {
      await untilTrue(
        () => holds(world.driver.seen.get(id)),
        ms,
        () => JSON.stringify(world.driver.seen.get(id)),
      )
      return world.driver.seen.get(id)
    },
    ready: async () => {
      await world.driver.ensure(world.record, world.template)
      await world.until((now) => now?.up === true)
      // The last that it writes by itself; on a disk that is filled meanwhile, that would free a place for another file.
      const entered = async () => (await readStored(world.at("process.json"), ProcessFileSchema))?.entered
      await untilTrue(
        async () => (await entered())?.ready !== undefined,
        5_000,
        () => "it does not write that it is ready",
      )
    },
    ask: async (path) => {
      const endpoint = world.driver.endpoint(id)
      if (!endpoint) throw new Error("nothing listens")
      return fetch(endpoint.origin + path, { headers: { authorization: endpoint.authorization } })
    },
    at: (...path) => join(home, "sandboxes", id, ...path),
    running: async () => {
      const file = await readStored(world.at("sandbox.json"), SandboxFileSchema)
      return file ? pidsWithMark(file.mark).filter((pid) => startOf(pid) !== undefined) : []
    },
  }
  await world.driver.ready
  return world
}

export async function untilTrue(
  holds: () => boolean | Promise<boolean>,
  ms: number,
  say: () => string,
): Promise<void> {
  for (const deadline = Date.now() + ms; !(await holds()); await Bun.sleep(20))
    if (Date.now() > deadline) throw new Error(`not in time: ${say()}`)
}
