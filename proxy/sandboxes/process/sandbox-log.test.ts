import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
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
