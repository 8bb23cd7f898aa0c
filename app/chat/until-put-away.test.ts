import type { AssistantMessage, Message } from "@opencode-ai/sdk/v2/client"
import { beforeEach, expect, test } from "vitest"
import { assistantMessage, userMessage } from "../../tests/fakes/chat-parts.ts"
import { fromTarget } from "../../tests/fakes/from-target.ts"
import { makeTestClock, type TestClock } from "../../tests/fakes/test-clock.ts"
import { makeClient, makeServerFetch } from "../connection/client.ts"
import { untilPutAway } from "./until-put-away.ts"

let clock: TestClock
let newest: Message
let busy: boolean
let looks: number

const server = { id: "t:1", name: "t", url: "http://t:1", provided: false }
const error: NonNullable<AssistantMessage["error"]> = { name: "UnknownError", data: { message: "It broke" } }
const failed = (time: AssistantMessage["time"]) => assistantMessage("msg_2", { error, time })

beforeEach(() => {
  clock = makeTestClock()
  newest = assistantMessage("msg_2")
  busy = false
  looks = 0
})

function wait(lost = new AbortController().signal) {
  const serve = async (request: Request) => {
    if (request.url.includes("/session/status")) {
      return Response.json(busy ? { ses_1: { type: "busy" } } : {})
    }
    looks++
    return Response.json([{ info: newest, parts: [] }])
  }
  const client = makeClient(makeServerFetch(server, (request) => serve(request).then(fromTarget), clock))
  const seen = { done: false }
  void untilPutAway({ client, clock }, "ses_1", lost).then(() => {
    seen.done = true
  })
  return seen
}

test.each([
  ["went well", () => assistantMessage("msg_2"), false],
  ["is still at work", () => failed({ created: 1 }), true],
  ["has not begun", () => userMessage("msg_1"), false],
] as const)("after a turn that %s, a prompt goes out at once", async (_, message, atWork) => {
  newest = message()
  busy = atWork
  const seen = wait()
  await clock.advance(0)
  expect(seen.done).toBe(true)
})

test("a failed turn that is idle and has no end yet is waited for, and 300 ms more", async () => {
  newest = failed({ created: 1 })
  const seen = wait()
  await clock.advance(1_000)
  expect(seen.done).toBe(false)
  newest = failed({ created: 1, completed: 2 })
  await clock.advance(300)
  expect(seen.done).toBe(false)
  await clock.advance(300)
  expect(seen.done).toBe(true)
})

test("a turn that a crash cut off never ends, and is not waited for longer than 3 s", async () => {
  newest = failed({ created: 1 })
  const seen = wait()
  await clock.advance(3_000)
  expect([seen.done, looks]).toEqual([true, 10])
})

test("nobody goes on looking for a prompt that another tab sends", async () => {
  newest = failed({ created: 1 })
  const lost = new AbortController()
  const seen = wait(lost.signal)
  await clock.advance(0)
  lost.abort()
  await clock.advance(300)
  expect([seen.done, looks]).toEqual([true, 1])
})
