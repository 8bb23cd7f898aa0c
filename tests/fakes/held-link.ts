// A link of one tab alone, to a server whose streams the test holds in its hands; made anew for every test.
import { createRoot, getOwner, type Owner, runWithOwner } from "solid-js"
import { afterEach, beforeEach } from "vitest"
import type { Follower, Link, ServerEvent } from "../../app/connection/connection.ts"
import { Failure } from "../../app/connection/failure.ts"
import { createLink } from "../../app/connection/link.ts"
import { makeTestClock, settle, type TestClock } from "./test-clock.ts"

type Stream = {
  send: (payload: object, directory?: string) => void
  beat: () => void
  end: () => void
  signal: AbortSignal
}

export const connected = { id: "evt_0", type: "server.connected", properties: {} }
export const heartbeat = { id: "evt_1", type: "server.heartbeat", properties: {} }
export const idle = (sessionID: string) => ({ id: "evt_1", type: "session.idle", properties: { sessionID } })

export let clock: TestClock
export let streams: Stream[]
/** What the test decides. */
export const world: { refuseWith?: Failure | undefined; online: boolean; directory: () => Promise<string> } =
  {
    online: true,
    directory: async () => "/repo",
  }
export let wakeWindow: EventTarget
export let wakeDocument: EventTarget & { hidden: boolean }
export let dispose: () => void
export let link: Link
let owner: Owner | null
/** When each connection was tried. */
export let tries: number[]

/** A server whose streams the test holds in its hands. It ignores aborts, as a dead connection does. */
async function open(signal: AbortSignal): Promise<Response> {
  tries.push(clock.now())
  if (world.refuseWith) throw world.refuseWith
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => controller.enqueue(new TextEncoder().encode(text))
      streams.push({
        send: (payload, from) =>
          write(`data: ${JSON.stringify({ ...(from ? { directory: from } : {}), payload })}\n\n`),
        beat: () => write(": beat\n"),
        end: () => controller.close(),
        signal,
      })
    },
  })
  return new Response(body, { headers: { "content-type": "text/event-stream" } })
}

export const follow = (follower: Follower) => runWithOwner(owner, () => link.follow(follower))
export const latest = () => streams.at(-1) as Stream

export function recordingFollower(): Follower & { log: string[]; failing: boolean } {
  const follower = {
    log: [] as string[],
    failing: false,
    apply(all: readonly ServerEvent[]) {
      const events = all.filter(({ type }) => type !== heartbeat.type)
      if (events.length === 0) return
      follower.log.push(
        `apply ${events.map((event) => ("sessionID" in event.properties ? event.properties.sessionID : event.type)).join(" ")}`,
      )
    },
    async resync() {
      follower.log.push("fetch")
      if (follower.failing) throw new Failure("no")
      return () => void follower.log.push("merge")
    },
  }
  return follower
}

/** As OpenCode does it: the greeting comes before the subscription, the next message out of it. */
export async function goLive(): Promise<void> {
  await settle()
  latest().send(connected)
  await settle()
  latest().send(heartbeat)
  await settle()
}

/** Once at the greeting, once when it is sure that everything from then on is told. */
export const caughtUp = ["fetch", "merge", "fetch", "merge"]

/** Called at the top of a test file. */
export function useHeldLink(): void {
  beforeEach(setUp)
  afterEach(() => dispose())
}

async function setUp(): Promise<void> {
  clock = makeTestClock()
  streams = []
  tries = []
  world.refuseWith = undefined
  world.online = true
  world.directory = async () => "/repo"
  wakeWindow = new EventTarget()
  wakeDocument = Object.assign(new EventTarget(), { hidden: false })
  createRoot((end) => {
    dispose = end
    owner = getOwner()
    link = createLink({
      open,
      locate: () => world.directory(),
      clock,
      random: () => 1,
      schedule: (run) => clock.after(16, run),
      wakeSources: { window: wakeWindow, document: wakeDocument },
      isOnline: () => world.online,
    })
  })
  await settle()
}
