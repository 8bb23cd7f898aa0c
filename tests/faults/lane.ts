// One server, one proxy, several browser contexts that look at the same sessions through relays, and one page that
// loads everything anew without any.
import type { Page } from "playwright-core"
import type { ScriptedModel } from "../../demo/model.ts"
import { modelSettings } from "../../demo/model-settings.ts"
import type { TestBrowser } from "../e2e/harness/browser.ts"
import { type Sandbar, startSandbar } from "../e2e/harness/sandbar.ts"
import { untilLive } from "../e2e/harness/steps.ts"
import { findQuietPort } from "../fakes/find-quiet-port.ts"
import { type OpenCode, startOpenCode } from "../fakes/opencode.ts"
import { makeTempHome } from "../fakes/temp-home.ts"
import { makeRandom, type Random } from "../soak/random.ts"
import type { Kind } from "./kinds.ts"
import type { SentPrompt } from "./prompts.ts"
import { makeServerView, type ServerView } from "./server-view.ts"
import { addServer, openWatcher, slowest, startRelays, still, type Watcher } from "./watcher.ts"

export type Restart = "server restart" | "proxy restart"

export interface Lane {
  readonly name: string
  readonly random: Random
  readonly kinds: readonly Kind[]
  /** What is restarted in which round, again and again; in a round without a restart each watcher is cut by itself. */
  readonly restarts: readonly (Restart | undefined)[]
  readonly watchers: readonly Watcher[]
  readonly fresh: Page
  readonly view: ServerView
  readonly prompts: SentPrompt[]
  /** Where everybody is between two rounds. */
  sessionID: string
  freshUrlOf(sessionID: string): string
  restartServer(signal: NodeJS.Signals): Promise<void>
  restartProxy(): Promise<void>
}

export interface LaneOptions {
  readonly name: string
  readonly seed: number
  readonly kinds: readonly Kind[]
  readonly restarts: readonly (Restart | undefined)[]
  /** How many tabs each watcher has. */
  readonly tabs: readonly number[]
  readonly browser: TestBrowser
  readonly model: ScriptedModel
  /** Later started, earlier stopped. */
  readonly defer: (stop: () => unknown) => void
}

export async function openLane(options: LaneOptions): Promise<Lane> {
  const { name, defer, browser } = options
  const place = makeTempHome(`faults-${name}`)
  defer(place.remove)
  const proxyHome = makeTempHome(`faults-${name}-proxy`)
  defer(proxyHome.remove)
  const [serverPort, proxyPort] = [await findQuietPort(), await findQuietPort()]

  const startServer = () =>
    startOpenCode(place, { settings: serverSettings(options.model), port: serverPort })
  let server: OpenCode = await startServer()
  defer(() => server.stop())
  const relays = await Promise.all(options.tabs.map(() => startRelays(proxyPort, serverPort)))
  const origins = [serverPort, ...relays.map(({ far }) => far.port)].map((port) => `http://127.0.0.1:${port}`)
  const startProxy = () => startSandbar(proxyHome, settingsOf(origins, proxyPort))
  let sandbar: Sandbar = await startProxy()
  defer(() => sandbar.stop())

  const visit = await browser.visit(`${sandbar.origin}/s/127.0.0.1:${serverPort}/`, still)
  defer(visit.close)
  visit.context.setDefaultTimeout(slowest)
  await addServer(visit.page)
  // What the server does only once is done before everybody asks for it at the same time.
  await untilLive(visit.page)
  const watchers: Watcher[] = []
  for (const [index, pair] of relays.entries()) {
    const watcher = await openWatcher(browser, `${name}${index + 1}`, pair, options.tabs[index] ?? 1)
    defer(watcher.close)
    watchers.push(watcher)
  }
  for (const page of watchers.flatMap(({ pages }) => pages)) await untilLive(page)

  return {
    name,
    random: makeRandom(options.seed),
    kinds: options.kinds,
    restarts: options.restarts,
    watchers,
    fresh: visit.page,
    view: makeServerView(() => server),
    prompts: [],
    sessionID: "",
    freshUrlOf: (sessionID) =>
      `${sandbar.origin}/s/127.0.0.1:${serverPort}/${sessionID ? `session/${sessionID}` : ""}`,
    async restartServer(signal) {
      server.child.signal(signal)
      await server.child.exited
      await server.stop()
      server = await startServer()
    },
    async restartProxy() {
      sandbar.child.signal("SIGKILL")
      await sandbar.child.exited
      await sandbar.stop()
      sandbar = await startProxy()
    },
  }
}

/** Taking a snapshot of the files with git costs as much as the whole turn, and no page shows it. */
function serverSettings(model: ScriptedModel): Record<string, string> {
  const settings = modelSettings(model)
  const config = JSON.parse(settings.OPENCODE_CONFIG_CONTENT ?? "{}") as object
  return { ...settings, OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...config, snapshot: false }) }
}

function settingsOf(origins: readonly string[], port: number): Record<string, string> {
  return {
    PORT: String(port),
    SANDBAR_DRIVER: "none",
    SANDBAR_ALLOWED_TARGETS: origins.join(","),
  }
}
