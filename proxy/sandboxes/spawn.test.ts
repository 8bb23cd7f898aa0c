import { describe, expect, test } from "vitest"
import type { SpawnRequest } from "../../shared/sandboxes.ts"
import { isSandboxId } from "../../shared/servers.ts"
import { type MemoryDriverOptions, makeMemoryDriver } from "../../tests/fakes/memory-driver.ts"
import { testTemplate } from "../../tests/fakes/test-template.ts"
import type { Observation, SandboxRecord } from "./driver.ts"
import { sandboxId } from "./names.ts"
import { makeOwnerOf } from "./owner.ts"
import { makeSpawn } from "./spawn.ts"

const key = new Uint8Array(32)
const ownerOf = makeOwnerOf(key, { is: "header", name: "x-user" })
const [ada, bob] = [ownerOf("ada"), ownerOf("bob")]
const template = testTemplate({ gitHosts: ["git.example"] })
const repository = "https://git.example/a/app"

function makeWorld(options: MemoryDriverOptions & { most?: number } = {}) {
  const driver = makeMemoryDriver(options)
  const { most = 3, now = Date.now } = options
  const findTemplate = (id: string) => (id === "plain" ? template : undefined)
  const spawn = makeSpawn({
    driver,
    findTemplate,
    key,
    most,
    allowHttp: false,
    now,
    pause: () => Bun.sleep(5),
  })
  const ask = (change: Partial<SpawnRequest> = {}, owner = ada) =>
    spawn(owner, { template: "plain", name: "App", ...change })
  return { driver, ask }
}

async function filled() {
  const { driver, ask } = makeWorld()
  for (const name of ["1", "2", "3"]) await ask({ name })
  return driver
}

describe("what is asked for twice", () => {
  test("is made once: the same owner, repository, branch and slug", async () => {
    const { driver, ask } = makeWorld()
    const first = await ask({ repository, branch: "main" })
    const again = await ask({ repository: `${repository}/`, branch: " main ", name: "app!" })
    expect([first.isNew, again]).toEqual([true, { id: first.id, isNew: false }])
    expect(isSandboxId(first.id)).toBe(true)
    expect(driver.seen.get(first.id)?.record).toMatchObject({
      name: "App",
      slug: "app",
      repository,
      branch: "main",
    })
  })

  test("at the same time is made once too", async () => {
    const { driver, ask } = makeWorld({ before: () => Bun.sleep(5) })
    const all = await Promise.all(Array.from({ length: 20 }, () => ask({ repository })))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(driver.calls.filter((call) => call.startsWith("ensure"))).toHaveLength(1)
  })

  test("after a refusal may be made the second time", async () => {
    let broken = true
    const { ask } = makeWorld({
      before: () => {
        if (broken) throw new Error("no connection")
      },
    })
    await expect(ask()).rejects.toThrow("no connection")
    broken = false
    expect((await ask()).isNew).toBe(true)
  })

  test("is something else with another name, branch, repository or person", async () => {
    const { ask } = makeWorld({ most: 10 })
    const all = [
      ask(),
      ask({ name: "Other" }),
      ask({ repository }),
      ask({ repository, branch: "x" }),
      ask({}, bob),
    ]
    expect(new Set((await Promise.all(all)).map(({ id }) => id)).size).toBe(5)
  })
})

describe("kept data", () => {
  const kept = async (world: ReturnType<typeof makeWorld>) => {
    const { id } = await world.ask({ repository })
    await world.driver.delete(id, { data: "keep" })
    return id
  }
  test("is adopted with what it is of, under a new name", async () => {
    const world = makeWorld()
    const id = await kept(world)
    expect(await world.ask({ name: "New name", adopt: id })).toEqual({ id, isNew: true })
    expect(world.driver.seen.get(id)?.record).toMatchObject({ name: "New name", slug: "app", repository })
  })
  test("of the same identity is gone on with", async () => {
    const world = makeWorld()
    const id = await kept(world)
    expect(await world.ask({ repository })).toEqual({ id, isNew: true })
  })
  test("stolen data: somebody else's does not exist", async () => {
    const world = makeWorld()
    const id = await kept(world)
    for (const stolen of [id, "sb-ffffffffffff"])
      await expect(world.ask({ adopt: stolen }, bob)).rejects.toMatchObject({
        code: "sandbox.unknown",
        detail: "There is no such sandbox. It may have been deleted.",
      })
    expect(world.driver.seen.get(id)?.record.owner).toBe(ada.hash)
  })
  test("that is still being set aside is not taken from under its deletion", async () => {
    const world = makeWorld()
    const id = await kept(world)
    world.driver.observe(id, { leaving: true })
    await expect(world.ask({ adopt: id })).rejects.toMatchObject({ code: "sandbox.taken", retryAfter: 3 })
  })
  test("counts for nothing, and is not lost when there is no room for its sandbox", async () => {
    const world = makeWorld({ most: 1 })
    const id = await kept(world)
    await world.ask({ name: "Other" })
    await expect(world.ask({ adopt: id })).rejects.toMatchObject({ code: "sandbox.quota" })
    expect(world.driver.seen.get(id)?.wanted).toBe("data")
  })
})

test("collision: an id that another owner has is made longer, and theirs is left alone", async () => {
  const { driver, ask } = makeWorld()
  const identity = { owner: ada, repository: null, branch: null, directory: null, slug: "app" }
  const short = sandboxId(key, identity)
  const theirs = {
    ...identity,
    id: short,
    owner: bob.hash,
    ownerName: "bob",
    name: "Theirs",
    template: "plain",
    createdAt: 1,
  }
  await driver.ensure(theirs, template)
  expect(await ask()).toEqual({ id: sandboxId(key, identity, true), isNew: true })
  expect(await ask()).toEqual({ id: sandboxId(key, identity, true), isNew: false })
  expect(driver.seen.get(short)?.record).toEqual(theirs)
})

describe("the quota", () => {
  test("counts what sleeps, and nobody else's", async () => {
    const { driver, ask } = makeWorld()
    const { id } = await ask({ name: "1" })
    await driver.stop(id)
    for (const name of ["2", "3"]) await ask({ name })
    for (const name of ["1", "2", "3"]) await ask({ name }, bob)
    await expect(ask({ name: "4" })).rejects.toMatchObject({
      code: "sandbox.quota",
      detail: expect.stringContaining("You have 3 sandboxes"),
    })
    expect((await ask({ name: "2" })).isNew).toBe(false)
    await driver.delete(id, { data: "keep" })
    expect((await ask({ name: "4" })).isNew).toBe(true)
  })

  test("that was lowered is told with what there really is", async () => {
    const { store } = await filled()
    const { ask } = makeWorld({ store, most: 2 })
    await expect(ask({ name: "4" })).rejects.toMatchObject({
      detail: "You have 3 sandboxes, of 2 that you may have. Delete one that you no longer need.",
    })
  })

  test("exhaustion: a hundred at once, by one person, are not a hundred starts", async () => {
    const { driver, ask } = makeWorld({ before: () => Bun.sleep(5) })
    const all = await Promise.allSettled(Array.from({ length: 100 }, (_, at) => ask({ name: `App ${at}` })))
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(3)
    expect(driver.calls.filter((call) => call.startsWith("ensure"))).toHaveLength(3)
  })

  test("race: of two replicas that both saw room, one gives way and leaves nothing behind", async () => {
    for (let round = 0; round < 20; round++) {
      let time = 1_000
      const now = () => time++
      const first = makeWorld({ most: 1, now, before: () => Bun.sleep(Math.random() * 4) })
      const second = makeWorld({
        most: 1,
        now,
        store: first.driver.store,
        before: () => Bun.sleep(Math.random() * 4),
      })
      const all = await Promise.allSettled([first.ask({ name: "One" }), second.ask({ name: "Two" })])
      const refused = all.filter(({ status }) => status === "rejected")
      expect(refused).toMatchObject([{ reason: { code: "sandbox.quota" } }])
      expect(first.driver.seen.size).toBe(1)
    }
  })

  test("race: of two that are seen at the same time, the newest gives way at once", async () => {
    const both = Promise.withResolvers<void>()
    let made = 0
    const before = async (call: string) => {
      if (call.startsWith("list") && ++made === 2) both.resolve()
      if (call.startsWith("list")) await both.promise
    }
    let time = 1_000
    const now = () => time++
    const first = makeWorld({ most: 1, now, before })
    const second = makeWorld({ most: 1, now, before, store: first.driver.store })
    const [one, two] = await Promise.allSettled([first.ask({ name: "One" }), second.ask({ name: "Two" })])
    expect([one?.status, two?.status]).toEqual(["fulfilled", "rejected"])
    expect([...first.driver.seen.values()].map(({ record }) => record.name)).toEqual(["One"])
  })

  test("race: data that this replica had not seen yet outlives the sandbox that goes on with it and gives way", async () => {
    const other = makeWorld({ now: () => 1 })
    const { driver } = other
    const { id } = await other.ask({ name: "Two" })
    await driver.delete(id, { data: "keep" })
    const data = driver.store.sandboxes.get(id) as Observation
    driver.store.sandboxes.delete(id)
    const before = async (call: string) => {
      if (call !== "ensure") return
      driver.store.sandboxes.set(id, data)
      await other.ask({ name: "One" })
    }
    const late = makeWorld({ most: 1, now: () => 1_000, store: driver.store, before })
    await expect(late.ask({ name: "Two" })).rejects.toMatchObject({ code: "sandbox.quota" })
    expect(driver.seen.get(id)?.wanted).toBe("data")
  })

  test("race: the same sandbox made by two replicas at once is one, and stays", async () => {
    const first = makeWorld({ most: 1, before: () => Bun.sleep(Math.random() * 4) })
    const second = makeWorld({
      most: 1,
      store: first.driver.store,
      before: () => Bun.sleep(Math.random() * 4),
    })
    const [one, two] = await Promise.all([first.ask(), second.ask()])
    expect(one?.id).toBe(two?.id)
    expect(first.driver.seen.size).toBe(1)
  })
})

describe("what deleted sandboxes left", () => {
  test("hoarding: a person who makes and deletes again and again fills no disk; going on with data is still possible", async () => {
    const { driver, ask } = makeWorld({ most: 1 })
    const ids: string[] = []
    for (const name of ["One", "Two", "Three"]) {
      const { id } = await ask({ name })
      await driver.delete(id, { data: "keep" })
      ids.push(id)
    }
    await expect(ask({ name: "Four" })).rejects.toMatchObject({ code: "sandbox.quota" })
    expect((await ask({ name: "Four" }, bob)).isNew).toBe(true)
    const [first = "", second = ""] = ids
    await driver.delete(second, { data: "delete" })
    expect((await ask({ name: "Five", adopt: first })).id).toBe(first)
  })

  test("is no way around the hosts of a template", async () => {
    const { driver, ask } = makeWorld()
    const { id } = await ask({ repository })
    await driver.delete(id, { data: "keep" })
    const record = { ...driver.seen.get(id)?.record, repository: "https://evil.example/a/app" }
    driver.observe(id, { record: record as SandboxRecord })
    const calls = driver.calls.length
    await expect(ask({ adopt: id })).rejects.toMatchObject({ code: "sandbox.malformed", field: "template" })
    expect(driver.calls.length).toBe(calls)
  })
})

describe("what cannot be made is refused at its field, and nothing is begun", () => {
  const cases: [string, Partial<SpawnRequest>, string][] = [
    ["an option for git", { repository: "--upload-pack=touch /tmp/x" }, "repository"],
    ["another transport", { repository: "ext::sh -c id" }, "repository"],
    ["a file", { repository: "file:///etc" }, "repository"],
    ["ssh", { repository: "git@git.example:a/b" }, "repository"],
    ["plain http", { repository: "http://git.example/a/b" }, "repository"],
    ["credentials", { repository: "https://me:secret@git.example/a/b" }, "repository"],
    ["a newline", { repository: "https://git.example/a\n/b" }, "repository"],
    ["another host", { repository: "https://evil.example/a/b" }, "repository"],
    ["a branch that is an option", { repository, branch: "--output=x" }, "branch"],
    ["a branch of nothing", { branch: "main" }, "branch"],
    ["a relative directory", { directory: "src" }, "directory"],
    ["a directory and a repository", { directory: "/src", repository }, "directory"],
    ["a template that is not there", { template: "__proto__" }, "template"],
  ]
  test.each(cases)("%s", async (_what, change, field) => {
    const { driver, ask } = makeWorld()
    await expect(ask(change)).rejects.toMatchObject({ code: "sandbox.malformed", field })
    expect(driver.calls).toEqual([])
  })

  test("anything, while the driver says that it cannot", async () => {
    const { ask } = makeWorld({ unavailable: () => "A right is missing." })
    await expect(ask()).rejects.toMatchObject({ code: "sandbox.unavailable", detail: "A right is missing." })
  })
})
