// What is written down of whether anybody may have used a sandbox: cancelling takes everything of one that is fresh.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { makeProcessWorld, type ProcessWorld } from "../../../tests/fakes/process-world.ts"
import { canMount, onSmallDisk } from "../../../tests/fakes/small-disk.ts"

let world: ProcessWorld
afterEach(() => world.end(), 30_000)

const cancel = { data: "delete", ifFresh: true } as const
const isFresh = () => world.driver.seen.get(world.record.id)?.isFresh
const written = () => JSON.parse(readFileSync(world.at("sandbox.json"), "utf8"))

test("a directory of this id that was there before may hold data: what is made in it is not fresh", async () => {
  world = await makeProcessWorld()
  mkdirSync(world.at("home"), { recursive: true })
  writeFileSync(world.at("home", "work"), "of somebody")
  await world.driver.ensure(world.record, world.template)
  expect(isFresh()).toBe(false)
  expect(await world.driver.delete(world.record.id, cancel)).toBe("used")
  expect(existsSync(world.at("home", "work"))).toBe(true)
})

test("one that an earlier Sandbar has written down, which knew nothing of this, is not fresh", async () => {
  world = await makeProcessWorld()
  await world.ready()
  await world.driver.close()
  const { isFresh: _, ...older } = written()
  writeFileSync(world.at("sandbox.json"), JSON.stringify(older))
  const driver = await world.reopen()
  await driver.ready
  expect(isFresh()).toBe(false)
  expect(await driver.delete(world.record.id, cancel)).toBe("used")
})

test("a directory of the person's own is not touched when its start is cancelled", async () => {
  world = await makeProcessWorld()
  const directory = join(world.directory, "garden")
  mkdirSync(directory)
  writeFileSync(join(directory, "roses"), "red")
  await world.driver.ensure({ ...world.record, directory }, world.template)
  expect(await world.driver.delete(world.record.id, cancel)).toBe("deleted")
  await world.until((now) => now === undefined)
  expect(readFileSync(join(directory, "roses"), "utf8")).toBe("red")
})

test.skipIf(!canMount)(
  "nobody gets through while that cannot be written down, and it cannot be cancelled any more either",
  async () => {
    world = await makeProcessWorld({ tickMs: 60_000 })
    await onSmallDisk(world, async ({ fill, free }) => {
      await world.ready()
      const { id } = world.record
      fill()
      const refused = { code: "sandbox.unavailable" }
      await expect(world.driver.noteUsed(id)).rejects.toMatchObject(refused)
      await expect(world.driver.noteUsed(id), "also when it is tried again").rejects.toMatchObject(refused)
      expect([written().isFresh, await world.driver.delete(id, cancel)]).toEqual([true, "used"])
      free()
      await world.driver.noteUsed(id)
      expect(written().isFresh).toBe(false)
    })
  },
)
