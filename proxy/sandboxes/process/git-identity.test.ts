// An agent that commits in a sandbox does it in the person's name, with the real git.
import { existsSync, lstatSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { makeProcessWorld, type ProcessWorld } from "../../../tests/fakes/process-world.ts"

let world: ProcessWorld
afterEach(() => world.end(), 30_000)

const inside = () => world.at("home", ".gitconfig")
const person = (text: string, name = ".gitconfig") =>
  writeFileSync(join(world.options.env.HOME ?? "", name), text)

async function start(ownProviders: boolean): Promise<void> {
  await world.driver.ensure(world.record, { ...world.template, ownProviders })
  await world.until((now) => now?.up === true)
}

async function startAgain(): Promise<void> {
  await world.driver.stop(world.record.id)
  await world.driver.wake(world.record.id, { ...world.template, ownProviders: true })
  await world.until((now) => now?.up === true)
}

function git(...args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: world.at("home"), GIT_CONFIG_NOSYSTEM: "1" }
  const { stdout, stderr, success } = Bun.spawnSync(["git", "-C", world.at("checkout"), ...args], { env })
  if (!success) throw new Error(stderr.toString())
  return stdout.toString().trim()
}

test("a commit in a sandbox is the person's, and none of their other git settings comes along", async () => {
  world = await makeProcessWorld()
  const name = 'Ada "the \\ first" # Lovelace'
  person(
    [
      "[user]",
      `\tname = ${JSON.stringify(name)}`,
      "\tsigningkey = ABCD",
      "[credential]",
      "\thelper = store",
      "[include]",
      "\tpath = more",
    ].join("\n"),
  )
  person("[user]\n\temail = ada@example.com\n", "more")
  await start(true)
  git("init", "--quiet")
  git("commit", "--quiet", "--allow-empty", "-m", "Begin")
  expect(git("log", "-1", "--format=%an <%ae>")).toBe(`${name} <ada@example.com>`)
  expect(git("config", "--global", "--list", "--name-only").split("\n").sort()).toEqual([
    "user.email",
    "user.name",
  ])
  expect(statSync(inside()).mode & 0o777).toBe(0o600)
})

test("what was set in the sandbox itself stays over a restart", async () => {
  world = await makeProcessWorld()
  person("[user]\n\tname = Ada\n\temail = ada@example.com\n")
  await start(true)
  writeFileSync(inside(), "[user]\n\tname = Agent\n")
  await startAgain()
  expect(readFileSync(inside(), "utf8")).toBe("[user]\n\tname = Agent\n")
})

test("a link that an agent leaves in its home: the person's name is not written where it leads", async () => {
  world = await makeProcessWorld()
  person("[user]\n\tname = Ada\n")
  await start(true)
  const outside = join(world.directory, "outside")
  rmSync(inside())
  symlinkSync(outside, inside())
  await startAgain()
  expect(existsSync(outside)).toBe(false)
  expect(lstatSync(inside()).isSymbolicLink()).toBe(true)
})

test("no name comes along where the template keeps what is the person's out, or where they have none", async () => {
  world = await makeProcessWorld()
  person("[user]\n\tname = Ada\n")
  await start(false)
  expect(existsSync(inside())).toBe(false)
  person("[core]\n\teditor = vi\n")
  await startAgain()
  expect(existsSync(inside())).toBe(false)
})
