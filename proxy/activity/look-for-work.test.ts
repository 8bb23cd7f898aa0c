import { describe, expect, test } from "vitest"
import { lookForWork, NotThere } from "./look-for-work.ts"

const busy = { ses_1: { type: "busy" } }

/** A server that has these paths and no others. */
function server(answers: Record<string, unknown>) {
  const asked: string[] = []
  const ask = async (path: string) => {
    asked.push(path)
    const answer = path in answers ? answers[path] : new NotThere(path)
    if (answer instanceof Error) throw answer
    return answer
  }
  return { ask, asked }
}

const look = (answers: Record<string, unknown>, known: string[] = []) =>
  lookForWork(server(answers).ask, known, 1_000)

describe("a session works when it is", () => {
  test.each([
    ["busy", true],
    ["retry", true],
    ["something new", true],
    ["idle", false],
  ])("%s: %s", async (type, expected) => {
    const working = await look({ "/session/status": { ses_1: { type } } })
    expect(working).toEqual(expected ? [""] : [])
  })
})

test("a session in another directory counts, whoever told us of the directory", async () => {
  const other = { "/session/status": {}, "/session/status?directory=%2Fo%20ther": busy }
  expect(await look(other, ["/o ther"])).toEqual(["/o ther"])
  const listed = {
    ...other,
    "/experimental/session?start=1000&limit=100": [{ directory: "/o ther", id: "ses_1" }],
  }
  expect(await look(listed)).toEqual(["/o ther"])
})

test("a session of the next API counts, in whatever directory it is", async () => {
  const answers = { "/session/status": {}, "/api/session/active": { data: { ses_2: { type: "running" } } } }
  expect(await look(answers)).toEqual([""])
})

describe("a session that waits for a person", () => {
  const both = { "/session/status": { ses_child: { type: "busy" }, ses_parent: { type: "busy" } } }
  const family = {
    "/session/ses_child": { id: "ses_child", parentID: "ses_parent" },
    "/session/ses_parent": { id: "ses_parent" },
  }

  test.each(["/permission", "/question"])("does not work (%s)", async (path) => {
    const answers = { "/session/status": busy, [path]: [{ id: "ask_1", sessionID: "ses_1" }] }
    expect(await look(answers)).toEqual([])
  })

  test("does not work either when it is a subagent of hers that waits", async () => {
    expect(await look({ ...both, ...family, "/permission": [{ sessionID: "ses_child" }] })).toEqual([])
  })

  test("does not hide another that works", async () => {
    expect(await look({ ...both, ...family, "/permission": [{ sessionID: "ses_parent" }] })).toEqual([""])
  })

  test("cannot lead us in a circle", async () => {
    const circle = { "/session/ses_parent": { parentID: "ses_child" } }
    expect(await look({ ...both, ...family, ...circle, "/question": [{ sessionID: "ses_child" }] })).toEqual(
      [],
    )
  })
})

describe("no answer", () => {
  test("from one directory hides no work in another", async () => {
    expect(await look({ "/session/status": busy }, ["/gone"])).toEqual([""])
  })

  test("from one directory means that we do not know, when nothing works elsewhere", async () => {
    await expect(look({ "/session/status": {} }, ["/gone"])).rejects.toThrow("the server has no")
  })

  test("about other directories hides no work in the known ones, and means that we do not know of others", async () => {
    for (const path of ["/experimental/session?start=1000&limit=100", "/api/session/active"]) {
      const broken = { [path]: new Error("the answer is 502") }
      expect(await look({ ...broken, "/session/status": busy })).toEqual([""])
      await expect(look({ ...broken, "/session/status": {} })).rejects.toThrow("502")
    }
  })

  test("of the right shape is no answer", async () => {
    await expect(look({ "/session/status": { ses_1: "busy" } })).rejects.toThrow()
  })

  test("from an older server to what is new is fine: then only what it has is asked", async () => {
    expect(await look({ "/session/status": busy })).toEqual([""])
    expect(await look({ "/session/status": {} })).toEqual([])
  })
})
