import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { makeProcessWorld } from "../../../tests/fakes/process-world.ts"
import { makeOffer } from "../offer-templates.ts"
import { whyUnfitDirectory } from "./local-directory.ts"

let person = ""
let home = ""
beforeEach(() => {
  person = realpathSync(mkdtempSync(join(tmpdir(), "sandbar-person-")))
  home = join(person, ".local", "share", "sandbar")
  mkdirSync(join(home, "sandboxes", "sb-0123456789ab", "checkout"), { recursive: true })
  mkdirSync(join(person, "project"))
})
afterEach(() => rmSync(person, { recursive: true, force: true }))

const why = (directory: string, env = { HOME: person }) => whyUnfitDirectory(directory, { home, env })

test("a project of the person's is fit, also below HOME and behind a link", async () => {
  symlinkSync(join(person, "project"), join(person, "link"))
  expect(await why(join(person, "project"))).toBeUndefined()
  expect(await why(join(person, "link"))).toBeUndefined()
  // Its name only begins alike.
  mkdirSync(`${home}-projects`)
  expect(await why(`${home}-projects`)).toBeUndefined()
})

test("an agent over everything: the root is refused, along any way", async () => {
  symlinkSync("/", join(person, "root"))
  for (const directory of ["/", "/tmp/..", join(person, "root")])
    expect(await why(directory)).toMatch(/^This is the root/)
})

test("an agent over Sandbar's key and other sandboxes: SANDBAR_HOME and what is in it are refused, also behind links", async () => {
  symlinkSync(join(home, "sandboxes"), join(person, "innocent"))
  const others = [home, join(home, "sandboxes"), join(person, "innocent")]
  for (const directory of [...others, join(person, "innocent", "sb-0123456789ab", "checkout")])
    expect(await why(directory)).toBe("This directory belongs to Sandbar. Choose one of your own.")
})

test("an agent above SANDBAR_HOME: what holds it is refused, and for HOME the sentence says what to choose", async () => {
  symlinkSync(person, `${person}-link`)
  try {
    for (const directory of [person, `${person}-link`])
      expect(await why(directory)).toMatch(/^This is your home directory.+Choose a project in it\.$/)
  } finally {
    rmSync(`${person}-link`)
  }
  expect(await why(join(person, ".local"))).toMatch(/^Sandbar keeps its own files below/)
  expect(await why(person, { HOME: "/somewhere/else" })).toMatch(/^Sandbar keeps its own files below/)
})

test("HOME that does not hold SANDBAR_HOME is the person's to choose", async () => {
  const own = join(person, "project")
  expect(await why(own, { HOME: own })).toBeUndefined()
})

test("what is missing, and what is a file, is no directory", async () => {
  writeFileSync(join(person, "file"), "")
  for (const name of ["missing", "file"])
    expect(await why(join(person, name))).toBe(
      `There is no directory ${join(person, name)} on the machine that Sandbar runs on.`,
    )
})

test("a sandbox in an unfit directory is refused at its field, and nothing is made", async () => {
  const world = await makeProcessWorld()
  try {
    const ensure = world.driver.ensure({ ...world.record, directory: world.directory }, world.template)
    await expect(ensure).rejects.toMatchObject({
      code: "sandbox.refused",
      field: "directory",
      detail: "Sandbar keeps its own files below this directory. Choose one that does not hold them.",
    })
    expect(world.driver.seen.size).toBe(0)
  } finally {
    await world.end()
  }
})

test("the directory of the local server is offered with a word of it", async () => {
  const world = await makeProcessWorld({ localServerDirectory: "/home/me/garden" })
  try {
    expect(makeOffer(world.driver, [world.template], false)).toMatchObject({
      localDirectories: true,
      sharedDirectory: "/home/me/garden",
    })
  } finally {
    await world.end()
  }
})
