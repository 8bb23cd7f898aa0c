// The log of a pod in which first the clone and then the server speak, and which may begin anew.
import { describe, expect, test } from "vitest"
import { StatusError } from "./api-error.ts"
import { podLogs } from "./pod-logs.ts"

const line = (second: number, text: string) => `2026-03-01T12:00:0${second}.000000001Z ${text}\n`

function world(logs: { clone?: string; opencode?: string }, follow: boolean, rounds = 1) {
  const asked: URL[] = []
  const ending = new AbortController()
  let left = rounds
  const found = podLogs({
    transport: {
      send: async (path: string) => {
        const url = new URL(path, "http://api")
        asked.push(url)
        const text = logs[url.searchParams.get("container") as keyof typeof logs]
        if (text === undefined) throw new StatusError(400, { message: "container is waiting to start" })
        return new Response(text)
      },
    },
    namespace: "team-a",
    id: "sb-0123456789ab",
    tail: 7,
    follow,
    signal: ending.signal,
    changed: async () => {
      left -= 1
      if (left <= 0) ending.abort()
    },
  })
  return { found, asked, logs }
}

describe("the log of a sandbox", () => {
  test("is what the clone said, then what the server said, without times and colours", async () => {
    const { found, asked } = world(
      { clone: line(1, "Cloning"), opencode: line(2, "\u001b[32mlistening\u001b[0m\r") },
      false,
    )
    expect(await Array.fromAsync(found)).toEqual(["Cloning", "listening"])
    expect(asked[0]?.pathname).toBe("/api/v1/namespaces/team-a/pods/sb-0123456789ab-0/log")
    expect(asked[0]?.searchParams.get("tailLines")).toBe("7")
  })

  test("of a pod that does not exist yet is empty, and does not fail", async () => {
    expect(await Array.fromAsync(world({}, false).found)).toEqual([])
  })

  test("that is followed goes on after a restart, and tells nothing twice", async () => {
    const { found, logs, asked } = world({ clone: line(1, "Cloning") }, true, 3)
    const told: string[] = []
    for await (const each of found) {
      told.push(each)
      logs.opencode = line(2, "listening") + (told.includes("listening") ? line(3, "again") : "")
    }
    expect(told).toEqual(["Cloning", "listening", "again"])
    expect(asked.at(-1)?.searchParams.get("sinceTime")).toMatch(/^2026-03-01T12:00:0/)
  })

  // An agent that never ends its line: each follower would keep all of it.
  test("comes in parts where a line is too long, and these are not told twice either", async () => {
    const long = `${"x".repeat(20_000)} 2026-09-01T12:00:00Z not a time`
    const { found, logs } = world({ opencode: line(1, long) }, true, 3)
    const told: string[] = []
    for await (const each of found) {
      told.push(each)
      logs.opencode = line(1, long) + line(2, "short")
    }
    expect(told.join("")).toBe(`${long}short`)
    expect(Math.max(...told.map(({ length }) => length))).toBeLessThanOrEqual(16_384)
  })

  test("that we may not read is an error and no silence", async () => {
    const { found } = world({}, false)
    const denied = podLogs({
      transport: {
        send: async () => {
          throw new StatusError(403, { reason: "Forbidden" })
        },
      },
      namespace: "team-a",
      id: "sb-0123456789ab",
      tail: 1,
      follow: false,
      signal: new AbortController().signal,
      changed: async () => undefined,
    })
    expect(await Array.fromAsync(found)).toEqual([])
    await expect(Array.fromAsync(denied)).rejects.toMatchObject({ code: 403 })
  })
})
