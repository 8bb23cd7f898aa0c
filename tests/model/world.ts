// One browser with its tabs, two servers, and what can happen to them.
import { makeServerMemory, type ServerMemory } from "../../app/connection/last-known.ts"
import { type BrowserTab, openBrowser } from "../fakes/browser-tabs.ts"
import { fill } from "../fakes/model-agent.ts"
import { type ModelNetwork, makeModelNetwork } from "../fakes/model-network.ts"
import { type ModelServer, makeModelServer } from "../fakes/model-server.ts"
import { makeTestClock, type TestClock } from "../fakes/test-clock.ts"
import { makeRandom } from "../soak/random.ts"
import { openView, type View } from "./view.ts"

export type Start = {
  seed: number
  tabs: number
  /** The browser's clock is wrong by this much. */
  skewMs: number
  /** More sessions and turns than one page holds. */
  full: boolean
  /** Browsers have locks on https and on localhost. */
  locks: boolean
}

export type Sent = { messageID: string; server: ModelServer }

export type Tab = {
  view: View
  network: ModelNetwork
  wake: { window: EventTarget; document: EventTarget & { hidden: boolean } }
  browser: BrowserTab
  memory: ServerMemory
  online: boolean
  /** The browser has put the page into its page cache. */
  away: boolean
}

export type World = {
  start: Start
  clock: TestClock
  servers: readonly [ModelServer, ModelServer]
  tabs: Tab[]
  sent: Sent[]
  /** The server that a tab looks at. */
  serverOf: (tab: Tab) => ModelServer
  /** Opened now; `alone`: with a stream of its own. */
  openTab: (at: ModelServer, alone?: boolean) => Tab
  /** A frozen tab goes on. */
  wakeUp: (tab: Tab) => void
  /** Everything works again and has had the time to say so. */
  heal: () => Promise<void>
  end: () => void
}

const frameMs = 16
/** Longer than a silent stream stays unnoticed, a request may hang, and the longest waits between two tries. */
const settledMs = 150_000

export async function makeWorld(start: Start): Promise<World> {
  const draw = makeRandom(start.seed)
  const random = () => draw.whole(2 ** 32) / 2 ** 32
  const clock = makeTestClock(1_750_000_000_000, makeDrain())
  const servers = [makeModelServer("http://a:1", clock), makeModelServer("http://b:1", clock)] as const
  const byUrl = new Map(servers.map((one) => [one.url, one]))
  const wrongClock = { now: () => clock.now() + start.skewMs, after: clock.after }
  const shared = openBrowser()
  if (start.full) fill(servers[0], 55, 60)

  const openTab = (at: ModelServer, alone = false): Tab => {
    const browser = shared.openTab(wrongClock)
    const network = makeModelNetwork(clock, random, byUrl, browser.task)
    const wake = { window: new EventTarget(), document: Object.assign(new EventTarget(), { hidden: false }) }
    const memory = makeServerMemory()
    memory.keepOnly(servers.map((one) => serverNamed(one.url)))
    const locks = start.locks ? browser.locks : undefined
    const tab: Omit<Tab, "view"> = { network, wake, browser, memory, online: true, away: false }
    const view = browser.within(() =>
      openView(serverNamed(at.url), {
        clock: browser.clock,
        random,
        locks,
        memory,
        connection: {
          fetch: network.fetch,
          locks: alone ? undefined : locks,
          schedule: (run) => browser.clock.after(frameMs, run),
          wakeSources: wake,
          isOnline: () => tab.online,
        },
      }),
    )
    return Object.assign(tab, { view })
  }
  const wakeUp = (tab: Tab) => {
    tab.browser.thaw()
    if (tab.away) tab.browser.within(() => tab.wake.window.dispatchEvent(new Event("pageshow")))
    tab.away = false
  }

  const tabs = Array.from({ length: start.tabs }, () => openTab(servers[0]))
  await clock.advance(500)
  return {
    clock,
    servers,
    tabs,
    sent: [],
    start,
    openTab,
    wakeUp,
    serverOf: (tab) => byUrl.get(tab.view.server().url) as ModelServer,
    async heal() {
      for (const server of servers) server.start()
      for (const tab of tabs) {
        wakeUp(tab)
        tab.network.heal()
        tab.online = true
        tab.browser.within(() => tab.wake.window.dispatchEvent(new Event("online")))
      }
      await clock.advance(settledMs)
    },
    end() {
      for (const tab of tabs) tab.view.close()
      shared.close()
    },
  }
}

export function serverNamed(url: string) {
  return { id: url.slice(7), name: url, url, provided: false }
}

/** More tasks than the longest story has: then something goes round in circles. */
const mostTasks = 30_000

/** Promises and streams need no time, only turns. */
function makeDrain(): () => Promise<void> {
  let tasks = 0
  return async () => {
    if (++tasks > mostTasks) throw new Error("This does not come to rest.")
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}
