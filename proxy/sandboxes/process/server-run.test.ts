import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { writeProgram } from "../../../tests/fakes/stub-opencode.ts"
import { noMemoryLimit } from "./memory-limit.ts"
import { placesOf } from "./places.ts"
import { makeSandboxLog } from "./sandbox-log.ts"
import { startServer } from "./server-run.ts"

const directory = mkdtempSync(join(tmpdir(), "sandbar-server-run-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test("a program of which nothing could be written down never begins: no proxy would find it again", async () => {
  const began = join(directory, "began")
  const program = writeProgram(directory, "program", `#!/bin/sh\ntouch ${began}\nsleep 5\n`)
  const starting = startServer({
    id: "sb-0123456789ab",
    program,
    directory,
    // There is no such directory, so its files cannot be written.
    places: placesOf(directory, "sb-0123456789ab"),
    log: makeSandboxLog(join(directory, "log")),
    environment: async () => ({ PATH: process.env.PATH }),
    memory: noMemoryLimit,
    memoryBytes: undefined,
    startedAt: 0,
    entered: {},
  })
  await expect(starting).rejects.toMatchObject({ code: "ENOENT" })
  await Bun.sleep(500)
  expect(existsSync(began)).toBe(false)
})
