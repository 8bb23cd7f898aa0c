import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeSandboxLog } from "./sandbox-log.ts"

const directory = mkdtempSync(join(tmpdir(), "sandbar-log-"))
const path = join(directory, "log")
afterEach(() => rmSync(directory, { recursive: true, force: true }))
beforeEach(() => mkdirSync(directory, { recursive: true }))

test("a program that never stops writing fills no disk: both parts stay within their limit, the newest lines in them", async () => {
  const log = makeSandboxLog(path, 1_000)
  const { fd, close } = log.open()
  for (let line = 0; line < 500; line++) writeSync(fd, `line ${line}\n`)
  await log.rotate()
  // The program has the file open and goes on at its new end.
  writeSync(fd, "after\n")
  close()
  expect(readFileSync(path, "utf8")).toBe("after\n")
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1_000)
  expect(await log.tail(3)).toEqual(["line 498", "line 499", "after"])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test("following tells the last lines, then whole new ones, also after the file was emptied, until the signal", async () => {
  const log = makeSandboxLog(path, 40)
  const stop = new AbortController()
  appendFileSync(path, "one\n\u001b[31mtwo\u001b[0m\tred\nthree\n")
  const heard: string[] = []
  const following = (async () => {
    for await (const line of log.lines({ tail: 2, follow: true, signal: stop.signal })) heard.push(line)
  })()
  const until = async (count: number) => {
    for (let tries = 0; heard.length < count && tries < 200; tries++) await Bun.sleep(20)
  }
  await until(2)
  appendFileSync(path, "half of fo")
  await Bun.sleep(600)
  appendFileSync(path, "ur\nfive and more than the limit\n")
  await until(4)
  await log.rotate()
  appendFileSync(path, "six\n")
  await until(5)
  stop.abort()
  await following
  expect(heard).toEqual(["two  red", "three", "half of four", "five and more than the limit", "six"])
})

test("a log that was never written has no lines", async () => {
  const log = makeSandboxLog(join(directory, "none"))
  expect(await log.tail(10)).toEqual([])
})

test("a flood: a program that writes faster than anybody reads costs little memory, and who follows is told of the gap", async () => {
  const log = makeSandboxLog(path)
  const stop = new AbortController()
  appendFileSync(path, "before\n")
  const heard: string[] = []
  const following = (async () => {
    for await (const line of log.lines({ tail: 1, follow: true, signal: stop.signal })) {
      heard.push(line)
      if (line === "after") stop.abort()
    }
  })()
  await expect.poll(() => heard).toEqual(["before"])
  for (let times = 0; times < 16; times++) appendFileSync(path, "x".repeat(1_048_576))
  appendFileSync(path, "\nafter\n")
  await following
  expect(heard.slice(0, 2)).toEqual(["before", expect.stringContaining("left out")])
  expect(heard.join("").length).toBeLessThan(300_000)
  expect(Math.max(...heard.map((line) => line.length))).toBeLessThanOrEqual(16_384)
})

test("a line without an end is told in parts, and is not kept until it ends", async () => {
  const log = makeSandboxLog(path)
  const stop = new AbortController()
  appendFileSync(path, "before\n")
  const heard: string[] = []
  const following = (async () => {
    for await (const line of log.lines({ tail: 1, follow: true, signal: stop.signal })) heard.push(line)
  })()
  await expect.poll(() => heard).toEqual(["before"])
  appendFileSync(path, "y".repeat(40_000))
  await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(4)
  stop.abort()
  await following
  expect(heard.slice(1).map((line) => line.length)).toEqual([16_384, 16_384, 7_232])
})

test("a file that is mostly a hole is not copied whole", async () => {
  const log = makeSandboxLog(path, 1_000)
  appendFileSync(path, "one\n")
  truncateSync(path, 50_000_000_000)
  appendFileSync(path, "two\n")
  const began = Date.now()
  await log.rotate()
  expect(Date.now() - began).toBeLessThan(2_000)
  expect([statSync(path).size, statSync(`${path}.1`).size]).toEqual([0, 1_000])
  expect(await log.tail(1)).toEqual(["two"])
})

describe("in the place of the log an agent puts", () => {
  test("a link to a file of the person's: it is neither shown, nor written to, nor emptied", async () => {
    const log = makeSandboxLog(path, 10)
    const secret = join(directory, "secret")
    appendFileSync(secret, "a secret of the person's\n")
    symlinkSync(secret, path)
    await expect(log.tail(5)).rejects.toThrow()
    await expect(log.append("more\n")).rejects.toThrow()
    expect(() => log.open()).toThrow()
    await expect(log.rotate()).rejects.toThrow()
    expect(readFileSync(secret, "utf8")).toBe("a secret of the person's\n")
  })

  test("a link in the place of the earlier part: what it leads to stays as it is", async () => {
    const log = makeSandboxLog(path, 10)
    const precious = join(directory, "precious")
    appendFileSync(precious, "precious\n")
    symlinkSync(precious, `${path}.1`)
    appendFileSync(path, "more than ten bytes\n")
    await log.rotate()
    expect(readFileSync(precious, "utf8")).toBe("precious\n")
    expect(statSync(`${path}.1`).size).toBe(10)
  })

  test("a pipe that nobody reads: nothing waits for it", async () => {
    const log = makeSandboxLog(path)
    Bun.spawnSync(["mkfifo", path])
    expect(() => log.open()).toThrow()
    await expect(log.append("more\n")).rejects.toThrow()
    expect(await log.tail(5)).toEqual([])
  })
})
