// Several tabs of one browser on one server: each has a link of its own, locks and a channel between them, and a
// server whose streams the test holds in its hands. A tab can freeze, crash and miss messages.
import { createRoot, getOwner, runWithOwner } from "solid-js"
import type { TabLocks } from "../../app/base/tab-lock.ts"
import type { Clock } from "../../app/connection/clock.ts"
import type { Link } from "../../app/connection/connection.ts"
import { Failure } from "../../app/connection/failure.ts"
import { createLink } from "../../app/connection/link.ts"
import { TabMessageSchema } from "../../app/connection/tab-message.ts"
import { type Gate, makeGate, makePostOffice } from "./post-office.ts"
import { makeFakeLocks } from "./tab-locks.ts"
import { makeTestClock, settle, type TestClock } from "./test-clock.ts"

export type LinkTab = {
  link: Link
  /** What its store did: fetch, merge, and the sessions of the events that it applied. */
  log: string[]
  seen: () => string[]
  /** Runs in the middle of applying that session's event. */
  whenSeen: (sessionID: string, run: () => void) => void
  /** The sessions that it shows. */
  view: () => string[]
  window: EventTarget
  document: EventTarget & { hidden: boolean }
  freeze: () => void
  thaw: () => void
  /** As in a tab that was hidden for long: what is timed comes very late. */
  stopTimers: () => void
  /** Streams that it holds open. */
  streams: () => number
  crash: () => void
  /** Messages of other tabs get lost. */
  deafen: (deaf: boolean) => void
  dispose: () => void
}

const heartbeat = { id: "evt_0", type: "server.heartbeat", properties: {} }
const connected = { id: "evt_0", type: "server.connected", properties: {} }

type Stream = {
  tab: LinkTab
  greeted: boolean
  write: (text: string) => void
  end: () => void
  over: () => boolean
}
type Place = { room?: string; alone?: boolean; hidden?: boolean }

export type LinkTabs = ReturnType<typeof makeLinkTabs>

export function makeLinkTabs() {
  const clock = makeTestClock()
  const fakeLocks = makeFakeLocks()
  const home = `test ${crypto.randomUUID()}`
  const post = makePostOffice()
  const streams: Stream[] = []
  const all: LinkTab[] = []
  let tried = 0
  let refusal: Failure | undefined
  let greets = false
  /** The server's state, which every snapshot holds. */
  const happened = new Set<string>()

  const streaming = () => streams.filter((stream) => !stream.over())
  const write = (payload: object, directory: string | undefined, tab?: LinkTab) => {
    for (const stream of streaming()) {
      if (tab && stream.tab !== tab) continue
      stream.write(`data: ${JSON.stringify({ ...(directory ? { directory } : {}), payload })}\n\n`)
    }
  }
  const greet = (stream: Stream) => {
    stream.greeted = true
    stream.write(`data: ${JSON.stringify({ payload: connected })}\n\n`)
  }
  const quiet = async () => {
    await settle()
    await post.delivered()
    await settle()
  }
  const pass = async (ms: number) => {
    await quiet()
    for (let left = ms; left > 0; left -= 1_000) {
      await clock.advance(Math.min(left, 1_000))
      await quiet()
    }
  }

  const openTab = ({ room = home, alone = false, hidden = false }: Place): LinkTab => {
    const gate = makeGate()
    const browser = fakeLocks.tab()
    const window = new EventTarget()
    const document = Object.assign(new EventTarget(), { hidden })
    const log: string[] = []
    let timersRun = true
    const whenSeen = new Map<string, () => void>()
    let shown = new Set<string>()
    let since = new Set<string>()
    const mailbox = post.box(gate)
    const own: Stream[] = []
    const tabClock: Clock = {
      now: clock.now,
      after: (ms, run) => clock.after(ms, () => timersRun && gate.pass(run)),
    }
    const open = async (signal: AbortSignal): Promise<Response> => {
      tried++
      if (refusal) throw refusal
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          let ended = false
          const stream: Stream = {
            get tab() {
              return tab
            },
            greeted: false,
            write: (text) =>
              gate.pass(() => !signal.aborted && controller.enqueue(new TextEncoder().encode(text))),
            end() {
              ended = true
              gate.pass(() => !signal.aborted && controller.close())
            },
            over: () => ended || signal.aborted,
          }
          own.push(stream)
          if (greets) greet(stream)
          streams.push(stream)
        },
      })
      return new Response(body, { headers: { "content-type": "text/event-stream" } })
    }
    const { link, dispose, owner } = createRoot((dispose) => {
      const share = {
        room,
        locks: gatedLocks(browser.locks, gate),
        me: crypto.randomUUID(),
        openChannel: mailbox.open,
      }
      const link = createLink({
        open,
        locate: async () => "/repo",
        clock: tabClock,
        random: () => 1,
        schedule: (run) => tabClock.after(16, run),
        wakeSources: { window, document },
        isOnline: () => true,
        share: alone ? undefined : share,
      })
      return { link, dispose, owner: getOwner() }
    })
    const tab: LinkTab = {
      link,
      log,
      seen: () => log.filter((entry) => entry !== "fetch" && entry !== "merge"),
      whenSeen: (sessionID, run) => void whenSeen.set(sessionID, run),
      view: () => [...shown].sort(),
      window,
      document,
      freeze: gate.shut,
      thaw: gate.open,
      stopTimers() {
        timersRun = false
      },
      streams: () => own.filter((stream) => !stream.over()).length,
      crash() {
        gate.shut()
        mailbox.burn()
        for (const stream of own) stream.end()
        browser.crash()
      },
      deafen: mailbox.deafen,
      dispose,
    }
    runWithOwner(owner, () =>
      link.follow({
        apply(events) {
          for (const { type, properties } of events) {
            if (type !== "session.idle") continue
            log.push(properties.sessionID)
            shown.add(properties.sessionID)
            whenSeen.get(properties.sessionID)?.()
            since.add(properties.sessionID)
          }
        },
        async resync() {
          log.push("fetch")
          const snapshot = [...happened]
          const mine = new Set<string>()
          since = mine
          return () => {
            log.push("merge")
            shown = new Set([...snapshot, ...mine])
          }
        },
      }),
    )
    all.push(tab)
    return tab
  }

  return {
    clock: clock as TestClock,
    pass,
    async open(place: Place = {}): Promise<LinkTab> {
      const tab = openTab(place)
      await pass(50)
      return tab
    },
    /** One after the other: the first holds the stream. */
    async openMany(count: number): Promise<[LinkTab, LinkTab, LinkTab]> {
      const tabs: LinkTab[] = []
      for (let n = 0; n < count; n++) {
        tabs.push(openTab({}))
        await pass(50)
      }
      return tabs as [LinkTab, LinkTab, LinkTab]
    },
    /** The server greets every stream that is open. */
    async goLive() {
      await quiet()
      const fresh = streaming().filter((stream) => !stream.greeted)
      for (const stream of fresh) greet(stream)
      await quiet()
      // Only this comes out of the server's subscription.
      for (const stream of fresh) stream.write(`data: ${JSON.stringify({ payload: heartbeat })}\n\n`)
      await quiet()
    },
    /** From now on it greets every stream as it opens. */
    greetAtOnce() {
      greets = true
    },
    send(sessionID: string, directory = "/repo", tab?: LinkTab) {
      if (directory === "/repo") happened.add(sessionID)
      write({ id: "evt_1", type: "session.idle", properties: { sessionID } }, directory, tab)
    },
    happened: () => [...happened],
    sendEvent: (type: string, properties: object) => write({ type, properties }, "/repo"),
    beat: () => write({ type: "server.heartbeat", properties: {} }, undefined),
    cut() {
      for (const stream of streaming()) stream.end()
    },
    refuse: (reason: string | undefined) => {
      refusal = reason === undefined ? undefined : new Failure(reason, { final: true })
    },
    fail: (reason: string | undefined) => {
      refusal = reason === undefined ? undefined : new Failure(reason)
    },
    opened: () => streams.length,
    tried: () => tried,
    streaming: () => streaming().length,
    /** What is said to everybody in the room from now on. */
    eavesdrop: () => {
      const heard: string[][] = []
      const box = post.box(makeGate())
      box.open(home, TabMessageSchema).listen((message) => {
        if (message.kind === "data") heard.push(message.data)
      })
      return { data: () => heard.flat() }
    },
    async close() {
      for (const tab of all) {
        tab.thaw()
        tab.dispose()
      }
      await quiet()
      post.close()
    },
  }
}

function gatedLocks(locks: TabLocks, gate: Gate): TabLocks {
  const request = (name: string, options: LockOptions, callback: LockGrantedCallback<unknown>) =>
    locks
      .request(name, options, async (lock) => {
        await gate.wait()
        return callback(lock)
      })
      .finally(gate.wait)
  return { request } as TabLocks
}
