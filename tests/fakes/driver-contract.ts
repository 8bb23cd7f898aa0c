// What every driver promises (proxy/sandboxes/driver.ts), held against the one under test: the one in memory, and the
// real ones, where a start takes as long as it takes.
import { afterEach, describe, expect, test } from "vitest"
import type { Driver, Observation, SandboxRecord } from "../../proxy/sandboxes/driver.ts"
import type { Template } from "../../proxy/sandboxes/templates/template.ts"

export type DriverWorld = {
  driver: Driver
  template: Template
  /** One that this driver can start. The contract sets what it is about. */
  record: Pick<SandboxRecord, "repository" | "branch" | "directory">
  /** For a driver whose starts wait for a push. Called with the driver that is in use. */
  letStart?: (driver: Driver, id: string) => void | Promise<void>
  /** Closes the driver and opens another one over the same store. */
  reopen: () => Promise<Driver>
  /** Ends everything that the test left behind. */
  end: () => Promise<void>
}

export type ContractOptions = {
  /** For one change to be seen. */
  changeMs?: number
  /** For one start or stop from beginning to end. */
  startMs?: number
}

const owner = "0123456789abcdef"
let made = 0

export function describeDriver(
  name: string,
  make: () => Promise<DriverWorld>,
  { changeMs = 2_000, startMs = 2_000 }: ContractOptions = {},
): void {
  const worlds: DriverWorld[] = []
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.end()
  }, 4 * startMs)

  async function open(): Promise<DriverWorld> {
    const world = await make()
    worlds.push(world)
    await world.driver.ready
    return world
  }

  function recordOf(world: DriverWorld, change: Partial<SandboxRecord> = {}): SandboxRecord {
    made += 1
    const id = `sb-${(Date.now() * 1_000 + made).toString(16).padStart(14, "0").slice(-12)}`
    const rest = {
      owner,
      ownerName: "ada@example.com",
      name: "One",
      slug: "one",
      template: world.template.id,
    }
    return { id, ...rest, ...world.record, createdAt: Date.now(), ...change }
  }

  async function until(
    { driver }: { driver: Driver },
    id: string,
    holds: (observation: Observation | undefined) => boolean,
    ms = changeMs,
  ): Promise<void> {
    const deadline = Date.now() + ms
    while (!holds(driver.seen.get(id))) {
      if (Date.now() > deadline) throw new Error(`not in time: ${JSON.stringify(driver.seen.get(id))}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function started(world: DriverWorld, change: Partial<SandboxRecord> = {}): Promise<SandboxRecord> {
    const record = recordOf(world, change)
    await world.driver.ensure(record, world.template)
    await becomesReady(world, record.id)
    return record
  }

  async function becomesReady(world: DriverWorld, id: string, driver = world.driver): Promise<void> {
    await world.letStart?.(driver, id)
    await until({ driver }, id, (now) => now?.up === true && driver.endpoint(id) !== undefined, startMs)
  }

  const isStopped = (now: Observation | undefined) => now?.wanted === "stopped" && !now.leaving && !now.up
  const isData = (now: Observation | undefined) => now?.wanted === "data" && !now.leaving
  const timeout = 4 * startMs + 10 * changeMs
  const promise = (what: string, run: (world: DriverWorld) => Promise<void>) =>
    test(what, async () => run(await open()), timeout)
  const unknown = { code: "sandbox.unknown" }

  describe(`the ${name} driver: a start`, () => {
    promise("is seen as soon as it was asked for, and listens in the end", async (world) => {
      const record = recordOf(world)
      await world.driver.ensure(record, world.template)
      expect(world.driver.seen.get(record.id)).toMatchObject({ record, wanted: "running" })
      await becomesReady(world, record.id)
      const { startedAt = 0, entered } = world.driver.seen.get(record.id) as Observation
      expect(Math.abs(Date.now() - startedAt)).toBeLessThan(2 * startMs + changeMs)
      for (const step of Object.keys(entered)) expect(world.driver.capabilities.steps).toContain(step)
      expect(world.driver.endpoint(record.id)).toMatchObject({
        origin: expect.stringMatching(/^http:\/\//),
        authorization: expect.stringMatching(/^Basic /),
      })
    })

    promise("that is asked for again changes nothing, not even its name", async (world) => {
      const record = await started(world)
      const before = world.driver.seen.get(record.id)
      const again = { ...record, name: "Other", createdAt: record.createdAt + 5 }
      await Promise.all([
        world.driver.ensure(again, world.template),
        world.driver.ensure(again, world.template),
      ])
      const after = world.driver.seen.get(record.id)
      expect(after?.record).toEqual(before?.record)
      expect([after?.version, after?.startedAt]).toEqual([before?.version, before?.startedAt])
      expect(await world.driver.list(owner)).toEqual([record])
    })
  })

  describe(`the ${name} driver: stop and wake`, () => {
    promise("a stop ends what runs, keeps the record, and may be asked for again", async (world) => {
      const record = await started(world)
      expect(await world.driver.stop(record.id)).toBe("stopped")
      expect(world.driver.seen.get(record.id)?.wanted).toBe("stopped")
      expect(world.driver.endpoint(record.id)).toBeUndefined()
      await until(world, record.id, isStopped, startMs)
      expect(world.driver.seen.get(record.id)?.record).toEqual(record)
      expect(world.driver.seen.get(record.id)?.startedAt).toBeUndefined()
      expect(await world.driver.stop(record.id)).toBe("stopped")
    })

    promise("a wake starts it again, and is a sign of a person", async (world) => {
      const record = await started(world)
      await world.driver.stop(record.id)
      await until(world, record.id, isStopped, startMs)
      const before = world.driver.seen.get(record.id)
      // Times are written down in seconds at worst.
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      await world.driver.wake(record.id, world.template)
      const after = world.driver.seen.get(record.id)
      expect(after?.wanted).toBe("running")
      expect(after?.version).not.toBe(before?.version)
      expect(after?.intentAt).toBeGreaterThan(before?.intentAt ?? 0)
      await becomesReady(world, record.id)
    })

    promise("a wake while it still stops wins", async (world) => {
      const record = await started(world)
      await world.driver.stop(record.id)
      await world.driver.wake(record.id, world.template)
      await becomesReady(world, record.id)
      expect(world.driver.seen.get(record.id)?.wanted).toBe("running")
    })

    promise("a stop that saw an older version loses to a wake in between", async (world) => {
      const record = await started(world)
      const { version } = world.driver.seen.get(record.id) as Observation
      await world.driver.wake(record.id, world.template)
      expect(await world.driver.stop(record.id, { ifVersion: version })).toBe("changed")
      await becomesReady(world, record.id)
      const now = world.driver.seen.get(record.id) as Observation
      expect(now.wanted).toBe("running")
      expect(await world.driver.stop(record.id, { ifVersion: now.version })).toBe("stopped")
    })

    promise("neither is known of what does not exist", async ({ driver, template }) => {
      await expect(driver.wake("sb-ffffffffffff", template)).rejects.toMatchObject(unknown)
      await expect(driver.stop("sb-ffffffffffff")).rejects.toMatchObject(unknown)
      await driver.noteIntent("sb-ffffffffffff", Date.now())
      await driver.change("sb-ffffffffffff", { name: "Other" })
      await driver.delete("sb-ffffffffffff", { data: "delete" })
      expect(driver.seen.has("sb-ffffffffffff")).toBe(false)
    })
  })

  describe(`the ${name} driver: a deletion`, () => {
    for (const from of ["a start", "running", "stopped"] as const)
      promise(`from ${from} keeps the data, which a new sandbox goes on with`, async (world) => {
        const record = await sandboxFrom(world, from)
        await world.driver.delete(record.id, { data: "keep" })
        expect(world.driver.seen.get(record.id)?.wanted).toBe("data")
        expect(await world.driver.list(owner)).toEqual([])
        await until(world, record.id, isData, startMs)
        expect(world.driver.seen.get(record.id)?.keptSince).toBeGreaterThan(record.createdAt - 1_100)
        await expect(world.driver.stop(record.id)).rejects.toMatchObject(unknown)
        await expect(world.driver.wake(record.id, world.template)).rejects.toMatchObject(unknown)
        const adopting = { ...record, name: "Two", createdAt: record.createdAt + 60_000 }
        await world.driver.ensure(adopting, world.template)
        expect(world.driver.seen.get(record.id)).toMatchObject({ record: adopting, wanted: "running" })
        await becomesReady(world, record.id)
      })

    for (const from of ["a start", "running", "stopped", "kept data"] as const)
      promise(`from ${from} takes the data along when asked to`, async (world) => {
        const record = await sandboxFrom(world, from)
        await world.driver.delete(record.id, { data: "delete" })
        await until(world, record.id, (now) => now === undefined, startMs)
        const driver = await world.reopen()
        await driver.ready
        expect(driver.seen.has(record.id)).toBe(false)
        expect(await driver.list(owner)).toEqual([])
      })

    async function sandboxFrom(world: DriverWorld, from: string): Promise<SandboxRecord> {
      if (from === "a start") {
        const record = recordOf(world)
        await world.driver.ensure(record, world.template)
        return record
      }
      const record = await started(world)
      if (from === "stopped") {
        await world.driver.stop(record.id)
        await until(world, record.id, isStopped, startMs)
      }
      if (from === "kept data") {
        await world.driver.delete(record.id, { data: "keep" })
        await until(world, record.id, isData, startMs)
      }
      return record
    }
  })

  describe(`the ${name} driver: what it remembers`, () => {
    promise("moves forward only: an older sign of a person changes nothing", async (world) => {
      const { id } = await started(world)
      const later = Math.floor(Date.now() / 1_000) * 1_000 + 60_000
      await world.driver.noteIntent(id, later)
      await until(world, id, (now) => now?.intentAt === later)
      await world.driver.noteIntent(id, later - 30_000)
      await world.driver.noteIntent(id, later - 30_000)
      expect(world.driver.seen.get(id)?.intentAt).toBe(later)
    })

    promise(
      "outlives it: another driver over the same store finds everything, and what ran runs",
      async (world) => {
        const one = await started(world)
        const two = await started(world, { slug: "two", repository: world.record.repository })
        await world.driver.stop(two.id)
        await until(world, two.id, isStopped, startMs)
        const later = Math.floor(Date.now() / 1_000) * 1_000 + 60_000
        await world.driver.noteIntent(one.id, later)
        await world.driver.change(one.id, { name: "Renamed · ünï", keepAwakeUntil: later })
        await until(world, one.id, (now) => now?.intentAt === later)
        const endpoint = world.driver.endpoint(one.id)
        const driver = await world.reopen()
        await driver.ready
        expect(driver.seen.get(one.id)).toMatchObject({
          record: { ...one, name: "Renamed · ünï" },
          wanted: "running",
          intentAt: later,
          keepAwakeUntil: later,
        })
        expect(driver.seen.get(two.id)).toMatchObject({ record: two, wanted: "stopped" })
        await until({ driver }, one.id, (now) => now?.up === true, startMs)
        await until({ driver }, one.id, () => driver.endpoint(one.id) !== undefined)
        expect(driver.endpoint(one.id)).toEqual(endpoint)
        await driver.change(one.id, { keepAwakeUntil: null })
        expect(driver.seen.get(one.id)?.keepAwakeUntil).toBeNull()
      },
    )

    promise("is told apart by owner", async (world) => {
      const mine = recordOf(world)
      const theirs = recordOf(world, { owner: "fedcba9876543210", ownerName: null })
      await Promise.all([mine, theirs].map((record) => world.driver.ensure(record, world.template)))
      expect(await world.driver.list(owner)).toEqual([mine])
      expect(await world.driver.list(theirs.owner)).toEqual([theirs])
      expect(await world.driver.list("0000000000000000")).toEqual([])
    })
  })

  describe(`the ${name} driver: whether it is fresh`, () => {
    const cancel = { data: "delete", ifFresh: true } as const
    const isFresh = ({ driver }: DriverWorld, id: string) => driver.seen.get(id)?.isFresh

    promise("it is until somebody may use it, over a stop, a wake and a restart", async (world) => {
      const { id } = await started(world)
      expect(isFresh(world, id)).toBe(true)
      await world.driver.stop(id)
      await until(world, id, isStopped, startMs)
      await world.driver.wake(id, world.template)
      await becomesReady(world, id)
      const driver = await world.reopen()
      await driver.ready
      expect(driver.seen.get(id)?.isFresh).toBe(true)
      expect(await driver.delete(id, cancel)).toBe("deleted")
      await until({ driver }, id, (now) => now === undefined, startMs)
    })

    promise("it never is again once somebody may have used it", async (world) => {
      const { id } = await started(world)
      await world.driver.noteUsed(id)
      await world.driver.noteUsed(id)
      expect(isFresh(world, id)).toBe(false)
      expect(await world.driver.delete(id, cancel)).toBe("used")
      await world.driver.stop(id)
      await until(world, id, isStopped, startMs)
      await world.driver.wake(id, world.template)
      const driver = await world.reopen()
      await driver.ready
      expect(driver.seen.get(id)?.isFresh).toBe(false)
      expect(await driver.delete(id, cancel)).toBe("used")
      await becomesReady(world, id, driver)
    })

    promise("what was kept is not, nor what goes on with it", async (world) => {
      const record = await started(world)
      await world.driver.delete(record.id, { data: "keep" })
      await until(world, record.id, isData, startMs)
      expect(await world.driver.delete(record.id, cancel)).toBe("used")
      await world.driver.ensure({ ...record, createdAt: record.createdAt + 60_000 }, world.template)
      expect(isFresh(world, record.id)).toBe(false)
      expect(await world.driver.delete(record.id, cancel)).toBe("used")
      await becomesReady(world, record.id)
    })

    promise("of a cancelled start and a first use at one moment, one is refused", async (world) => {
      const { id } = await started(world)
      const [cancelled, used] = await Promise.allSettled([
        world.driver.delete(id, cancel),
        world.driver.noteUsed(id),
      ])
      const isGone = cancelled.status === "fulfilled" && cancelled.value === "deleted"
      expect(isGone).toBe(used.status === "rejected")
      if (isGone) await until(world, id, (now) => now === undefined, startMs)
      else expect(world.driver.seen.get(id)?.wanted).toBe("running")
    })

    promise("nothing may be used that does not exist", async ({ driver }) => {
      await expect(driver.noteUsed("sb-ffffffffffff")).rejects.toMatchObject(unknown)
      expect(await driver.delete("sb-ffffffffffff", cancel)).toBe("deleted")
    })
  })

  describe(`the ${name} driver: what it tells`, () => {
    promise("is every change, and the end, until nobody wants to hear", async (world) => {
      const told: string[] = []
      const unwatch = world.driver.watch((id) => void told.push(id))
      const heard = async (id: string) => {
        const deadline = Date.now() + changeMs
        while (!told.includes(id) && Date.now() < deadline) await new Promise((next) => setTimeout(next, 10))
        expect(told).toContain(id)
        told.length = 0
      }
      const record = await started(world)
      await heard(record.id)
      await world.driver.change(record.id, { name: "Two" })
      await heard(record.id)
      expect(world.driver.seen.get(record.id)?.record.name).toBe("Two")
      await world.driver.stop(record.id)
      await heard(record.id)
      await until(world, record.id, isStopped, startMs)
      told.length = 0
      await world.driver.delete(record.id, { data: "delete" })
      await until(world, record.id, (now) => now === undefined, startMs)
      await heard(record.id)
      unwatch()
      await world.driver.ensure(recordOf(world), world.template)
      expect(told).toEqual([])
    })

    promise("are the last lines, and what follows them until the signal", async (world) => {
      const { id } = await started(world)
      const lines = async (follow: boolean, signal: AbortSignal) => {
        const found: string[] = []
        for await (const line of world.driver.logs(id, { tail: 5, follow, signal })) found.push(line)
        return found
      }
      const old = await lines(false, AbortSignal.timeout(startMs))
      expect(old.length).toBeLessThanOrEqual(5)
      for (const line of old) expect(line).not.toMatch(/\p{C}/u)
      const stop = new AbortController()
      const following = lines(true, stop.signal)
      setTimeout(() => stop.abort(), 200)
      await following
    })
  })

  promise("leads until it is closed", async (world) => {
    const leading = Promise.withResolvers<AbortSignal>()
    world.driver.lead(async (signal) => leading.resolve(signal))
    const signal = await leading.promise
    expect(signal.aborted).toBe(false)
    await world.reopen()
    expect(signal.aborted).toBe(true)
  })
}
