import { describe, expect, test } from "vitest"
import { isWorking } from "./is-working.ts"
import { NotThere } from "./look-for-work.ts"

/** A server that has these paths and no others. */
const look = (answers: Record<string, unknown>) =>
  isWorking(async (path) => {
    const answer = path in answers ? answers[path] : new NotThere(path)
    if (answer instanceof Error) throw answer
    return answer
  }, 1_000)

const idle = { "/session/status": {}, "/pty": [] }
const list = "/experimental/session?start=1000&limit=100"

describe("a server may be stopped", () => {
  test("when no session is busy and no terminal is open", async () => {
    expect(await look(idle)).toBe(false)
    const over = {
      "/session/status": { ses_1: { type: "idle" } },
      "/pty": [{ id: "pty_1", status: "exited" }],
    }
    expect(await look(over)).toBe(false)
  })
})

describe("lost work: it may not be stopped", () => {
  test("while a session is busy, also one that only waits for an answer", async () => {
    const asking = {
      ...idle,
      "/session/status": { ses_1: { type: "busy" } },
      "/permission": [{ sessionID: "ses_1" }],
    }
    expect(await look(asking)).toBe(true)
    expect(await look({ ...idle, "/session/status": { ses_1: { type: "something new" } } })).toBe(true)
  })

  test("while a terminal is open, also in another directory", async () => {
    const terminal = [{ id: "pty_1", status: "running" }]
    expect(await look({ ...idle, "/pty": terminal })).toBe(true)
    const elsewhere = {
      ...idle,
      [list]: [{ directory: "/o ther" }],
      "/session/status?directory=%2Fo%20ther": {},
      "/pty?directory=%2Fo%20ther": terminal,
    }
    expect(await look(elsewhere)).toBe(true)
  })

  test("while the next API says that something is active", async () => {
    expect(await look({ ...idle, "/api/session/active": { data: { ses_1: {} } } })).toBe(true)
  })

  test.each(["/session/status", "/pty"])("while %s does not say", async (path) => {
    const { [path as keyof typeof idle]: _, ...rest } = idle
    await expect(look(rest)).rejects.toThrow()
    await expect(look({ ...idle, [path]: "<!doctype html>" })).rejects.toThrow()
  })

  // The work may be in a directory that only this list names.
  test.each([list, "/api/session/active"])("while %s is there and does not say", async (path) => {
    await expect(look({ ...idle, [path]: new Error("the answer is 500") })).rejects.toThrow("500")
    await expect(look({ ...idle, [path]: new Error("the answers are too long") })).rejects.toThrow("too long")
    await expect(look({ ...idle, [path]: new SyntaxError("Unexpected end") })).rejects.toThrow("end")
    await expect(look({ ...idle, [path]: { other: "shape" } })).rejects.toThrow()
  })

  test("while one of its directories does not say", async () => {
    await expect(look({ ...idle, [list]: [{ directory: "/gone" }] })).rejects.toThrow()
  })
})
