import { describe, expect, test } from "vitest"
import type { Answer, AskTarget } from "./ask-target.ts"
import { countWork } from "./count-work.ts"

const never = new AbortController().signal

/** A server that has these lists and no others. */
function count(lists: Record<string, unknown>) {
  const ask: AskTarget = async (path): Promise<Answer> => {
    const text = typeof lists[path] === "string" ? lists[path] : JSON.stringify(lists[path])
    return text === undefined
      ? { status: 404, ok: false, type: "", text: "{}" }
      : { status: 200, ok: true, type: "application/json", text }
  }
  return countWork(ask, never)
}

const status = { a: { type: "busy" }, b: { type: "retry" }, c: { type: "idle" } }
const ask = (sessionID: string) => ({ id: "one", sessionID, metadata: {} })

describe("running and waiting", () => {
  test("count every session that is not idle, and the asks of those alone", async () => {
    const lists = {
      "/session/status": status,
      "/permission": [ask("a"), ask("c"), ask("gone")],
      "/question": [ask("b")],
    }
    expect(await count(lists)).toEqual({ running: 2, waiting: 2 })
  })

  test("are left out where a server does not say, or says something else", async () => {
    expect(await count({})).toEqual({})
    expect(await count({ "/session/status": status })).toEqual({ running: 2 })
    expect(await count({ "/session/status": status, "/permission": [], "/question": "<html>" })).toEqual({
      running: 2,
    })
    expect(await count({ "/session/status": [1], "/permission": [], "/question": [] })).toEqual({})
    expect(await count({ "/session/status": status, "/permission": [{ id: 1 }], "/question": [] })).toEqual({
      running: 2,
    })
  })

  test("cannot be made to fail by what a server calls its sessions (prototype pollution)", async () => {
    const lists = {
      "/session/status": '{"__proto__":{"type":"busy"},"constructor":{"type":"busy"}}',
      "/permission": [ask("__proto__"), ask("toString")],
      "/question": "[".repeat(100_000),
    }
    expect(await count(lists)).toEqual({ running: expect.any(Number) })
    expect(({} as { type?: string }).type).toBeUndefined()
  })
})
