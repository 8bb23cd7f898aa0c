import { expect, test } from "vitest"
import { makeTestClock } from "../../tests/fakes/test-clock.ts"
import { startAttempt } from "./stream-attempt.ts"

const says = (type: string) =>
  `data: ${JSON.stringify({ payload: { id: "evt_1", type, properties: {} } })}\n\n`

test("a directory that is known late, after the first message of the subscription, ends no attempt", async () => {
  const clock = makeTestClock()
  let locate: (directory: string) => void = () => undefined
  const seen = { stood: 0, located: 0, failed: false }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(says("server.connected") + says("server.heartbeat")))
    },
  })
  const attempt = startAttempt({
    open: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
    locate: () => new Promise((resolve) => (locate = resolve)),
    clock,
    patienceMs: 10_000,
    stood: () => void seen.stood++,
    located: () => void seen.located++,
    take: () => undefined,
  })
  void attempt.failure.then(() => {
    seen.failed = true
  })
  await clock.advance(6_000)
  locate("/repo")
  await clock.advance(6_000)
  expect(seen).toEqual({ stood: 2, located: 1, failed: false })
  attempt.end()
})

test("a greeting that comes twice is no sign that the subscription stands", async () => {
  const clock = makeTestClock()
  let stood = 0
  let write: (type: string) => void = () => undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      write = (type) => controller.enqueue(new TextEncoder().encode(says(type)))
    },
  })
  const attempt = startAttempt({
    open: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
    locate: async () => "/repo",
    clock,
    patienceMs: 10_000,
    stood: () => void stood++,
    located: () => undefined,
    take: () => undefined,
  })
  write("server.connected")
  write("server.connected")
  await clock.advance(100)
  expect(stood).toBe(1)
  write("server.heartbeat")
  await clock.advance(100)
  expect(stood).toBe(2)
  attempt.end()
})
