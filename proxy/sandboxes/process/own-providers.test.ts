// What the person's OpenCode has comes along into the home of a sandbox, where an agent may have prepared anything.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { testTemplate } from "../../../tests/fakes/test-template.ts"
import { placesOf } from "./places.ts"
import { prepareEnvironment } from "./sandbox-environment.ts"

const keysPath = ".local/share/opencode/auth.json"
const settingsPath = ".config/opencode/opencode.json"
const api = (key: string) => ({ type: "api", key })

let directory = ""
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "sandbar-own-providers-")))
  mkdirSync(places().directory, { recursive: true })
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const places = () => placesOf(join(directory, "sandbar"), "sb-0123456789ab")
const person = (path: string) => join(directory, "person", path)
const inside = (path: string) => join(places().home, path)

function write(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value))
}
const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as unknown

/** What every start does before its server. Gives what could not come along. */
async function start(): Promise<string[]> {
  const said: string[] = []
  await prepareEnvironment({
    env: { PATH: process.env.PATH, HOME: join(directory, "person") },
    template: { ...testTemplate(), ownProviders: true },
    places: places(),
    password: "p",
    mark: "m",
    onLeftOut: ({ message }) => said.push(message),
  })
  return said
}

describe("the keys", () => {
  test("are renewed at each start, and what was signed in to inside stays", async () => {
    write(person(keysPath), { a: api("1") })
    expect(await start()).toEqual([])
    write(inside(keysPath), { ...(read(inside(keysPath)) as object), inner: api("inside") })
    write(person(keysPath), { a: api("2"), b: api("3") })
    expect(await start()).toEqual([])
    expect(read(inside(keysPath))).toEqual({ a: api("2"), inner: api("inside"), b: api("3") })
    expect(statSync(inside(keysPath)).mode & 0o777).toBe(0o600)
    expect(statSync(join(places().directory, "carried.json")).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(places().directory, "carried.json"), "utf8")).not.toContain('"3"')
  })

  test.each(["{", '"words"', '{"a":', ""])(
    "that are not JSON (%j) are left as they are, inside as well as at home, and that is said once",
    async (broken) => {
      write(person(keysPath), { a: api("1") })
      write(inside(keysPath), broken)
      expect(await start()).toEqual([`${inside(keysPath)} is not what OpenCode writes; it is left as it is`])
      expect(readFileSync(inside(keysPath), "utf8")).toBe(broken)
      write(inside(keysPath), { inner: api("inside") })
      write(person(keysPath), broken)
      expect(await start()).toEqual([`${person(keysPath)} is not what OpenCode writes; it is left as it is`])
      expect(read(inside(keysPath))).toEqual({ inner: api("inside") })
    },
  )

  // The deeper one holds everything up for seconds, where it is put in order to be compared.
  test.each([150, 170_000])("that are nested %d levels deep are left as they are", async (levels) => {
    write(person(keysPath), { a: api("1") })
    const deep = `{"a":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}`
    write(inside(keysPath), deep)
    expect(await start()).toEqual([`${inside(keysPath)} is not what OpenCode writes; it is left as it is`])
    expect(readFileSync(inside(keysPath), "utf8") === deep).toBe(true)
  })

  test("that the person does not have take none from the sandbox", async () => {
    write(person(keysPath), { a: api("1") })
    await start()
    rmSync(person(keysPath))
    expect(await start()).toEqual([])
    expect(read(inside(keysPath))).toEqual({ a: api("1") })
  })

  test("without a word of what was carried before, cost nothing that is inside", async () => {
    write(person(keysPath), { a: api("1") })
    await start()
    write(join(places().directory, "carried.json"), "{")
    write(inside(keysPath), { a: api("1"), inner: api("inside") })
    write(person(keysPath), { a: api("1"), b: api("2") })
    expect(await start()).toEqual([])
    expect(read(inside(keysPath))).toEqual({ a: api("1"), inner: api("inside"), b: api("2") })
  })
})

describe("links that an agent left in its home, to have us write where they lead", () => {
  const target = () => person(".bashrc")
  beforeEach(() => {
    write(person(keysPath), { a: api("1") })
    write(person(settingsPath), { theme: "dark" })
    write(target(), "echo hello\n")
  })
  const untouched = () => expect(readFileSync(target(), "utf8")).toBe("echo hello\n")

  test("in the place of the settings: the link itself is replaced", async () => {
    mkdirSync(dirname(inside(settingsPath)), { recursive: true })
    symlinkSync(target(), inside(settingsPath))
    expect(await start()).toEqual([])
    untouched()
    expect(lstatSync(inside(settingsPath)).isFile()).toBe(true)
    expect(read(inside(settingsPath))).toEqual({ theme: "dark" })
  })

  test("in the place of the keys: they are neither read nor written through it", async () => {
    mkdirSync(dirname(inside(keysPath)), { recursive: true })
    symlinkSync(target(), inside(keysPath))
    expect(await start()).toEqual([expect.stringContaining("is a link")])
    untouched()
    expect(lstatSync(inside(keysPath)).isSymbolicLink()).toBe(true)
  })

  test.each([
    "home",
    "home/.local",
    "home/.local/share",
    "home/.local/share/opencode",
    "home/.config/opencode",
  ])(
    "in the place of a directory (%s): nothing is made or written behind it, and the start goes on",
    async (place) => {
      const link = join(places().directory, place)
      const elsewhere = person("elsewhere")
      mkdirSync(elsewhere)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(elsewhere, link)
      expect((await start()).length).toBeGreaterThan(0)
      expect(readdirSync(elsewhere)).toEqual([])
      expect(lstatSync(link).isSymbolicLink()).toBe(true)
    },
  )

  test("that lead nowhere make nothing there", async () => {
    mkdirSync(join(inside(""), ".local"), { recursive: true })
    symlinkSync(person("new"), inside(".local/share"))
    expect((await start()).length).toBeGreaterThan(0)
    expect(existsSync(person("new"))).toBe(false)
    expect(read(inside(settingsPath))).toEqual({ theme: "dark" })
  })

  test("directories in the place of files stay, and a pipe that nobody writes to holds nobody up", async () => {
    mkdirSync(inside(settingsPath), { recursive: true })
    mkdirSync(dirname(inside(keysPath)), { recursive: true })
    Bun.spawnSync(["mkfifo", inside(keysPath)])
    expect(await start()).toHaveLength(2)
    expect(lstatSync(inside(settingsPath)).isDirectory()).toBe(true)
    expect(readdirSync(places().directory)).toEqual(["home"])
  })
})
