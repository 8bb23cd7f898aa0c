import { expect, test, vi } from "vitest"
import type { Fetch } from "./probe.ts"
import { loadUiConfig } from "./ui-config.ts"

const config = { version: "0.1.0", servers: [], allowedTargets: [], user: null }
const good = () => new Response(JSON.stringify(config))

function make(...answers: (() => Response)[]) {
  const waits: number[] = []
  const troubles: string[] = []
  const fetch = vi.fn<Fetch>(async () => (answers.shift() ?? good)())
  const load = () =>
    loadUiConfig({
      fetch,
      sleep: async (ms) => void waits.push(ms),
      onTrouble: (reason) => troubles.push(reason),
    })
  return { load, fetch, waits, troubles }
}
const gone = () => {
  throw new TypeError("Failed to fetch")
}

test("asks the proxy under the prefix", async () => {
  const { load, fetch } = make()
  expect(await load()).toEqual(config)
  expect(fetch.mock.calls[0]?.[0]).toBe("/api/config")
})

test("a proxy that is restarting is waited for, ever longer but at most 5 s", async () => {
  const { load, waits, troubles } = make(gone, gone, gone, gone, gone, gone, gone)
  expect(await load()).toEqual(config)
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000])
  expect(troubles[0]).toContain("does not answer")
})

test.each([
  ["a gateway's 502", () => new Response("bad gateway", { status: 502 }), "502"],
  ["a gateway's sign-in page", () => new Response("<html>"), "Reload"],
  ["an expired sign-in", () => new Response("", { status: 401 }), "sign in"],
  ["a configuration of another version", () => new Response('{"servers":7}'), "another version"],
])("%s is said in words, and asked again", async (_, answer, words) => {
  const { load, troubles } = make(answer)
  expect(await load()).toEqual(config)
  expect(troubles).toEqual([expect.stringContaining(words)])
})
