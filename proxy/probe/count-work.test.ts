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
  test("count every session that is not idle once: as running, or by its asks that wait", async () => {
    const lists = {
      "/session/status": { ...status, d: { type: "busy" } },
      "/permission": [ask("a"), ask("a"), ask("c"), ask("gone")],
      "/question": [ask("b")],
    }
    expect(await count(lists)).toEqual({ running: 1, waiting: 3 })
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

  test("are read no further than 128 KiB, and say no more than 999, whatever a server sends", async () => {
    const asked: (number | undefined)[] = []
    const many = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [i, { type: "busy" }]))
    const asks = Array.from({ length: 1_500 }, () => ({ sessionID: "0" }))
    const lists: Record<string, unknown> = { "/session/status": many, "/permission": asks, "/question": asks }
    const numbers = await countWork(async (path, { mostBytes } = {}) => {
      asked.push(mostBytes)
      return { status: 200, ok: true, type: "", text: JSON.stringify(lists[path]) }
    }, never)
    expect(numbers).toEqual({ running: 999, waiting: 999 })
    expect(asked).toEqual([131_072, 131_072, 131_072])
  })

  test("cost little more than reading them as JSON (denial of service)", async () => {
    const full = (one: (i: number) => string) => {
      let text = one(0)
      for (let i = 1; text.length < 131_000; i++) text += `,${one(i)}`
      return text
    }
    const status = `{${full((i) => `"${i.toString(36)}":{"type":""}`)}}`
    const asks = `[${full(() => '{"sessionID":""}')}]`
    const lists = { "/session/status": status, "/permission": asks, "/question": asks }
    const fastest = async (work: () => unknown) => {
      let best = Number.POSITIVE_INFINITY
      for (let tries = 0; tries < 15; tries++) {
        const began = performance.now()
        await work()
        best = Math.min(best, performance.now() - began)
      }
      return best
    }
    const parsing = await fastest(() => Object.values(lists).map((text) => JSON.parse(text)))
    expect(await fastest(() => count(lists))).toBeLessThan(parsing * 6)
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
