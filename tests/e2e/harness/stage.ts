// Everything that a story needs, started in order and stopped in the opposite one, also when the story fails.
import { type ScriptedModel, startModel, testScript } from "../../../demo/model.ts"
import { modelSettings } from "../../../demo/model-settings.ts"
import { type OpenCode, startOpenCode } from "../../fakes/opencode.ts"
import { makeTempHome, type TempHome } from "../../fakes/temp-home.ts"
import { openBrowser, type Visit } from "./browser.ts"
import { type Arrangement, startGateway } from "./gateway.ts"
import { type Sandbar, startSandbar } from "./sandbar.ts"

export interface StageOptions {
  readonly arrangement?: Arrangement
  readonly prefix?: string
  /** Already started, for settings that name its address; stopped with the stage. Without it, one of its own. */
  readonly model?: ScriptedModel
  /** More settings of the proxy. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Stage {
  readonly url: string
  readonly sandbar: Sandbar
  readonly home: TempHome
  readonly model: ScriptedModel
  /** A page of its own, with nothing remembered. */
  visit(
    path?: string,
    options?: Parameters<Awaited<ReturnType<typeof openBrowser>>["visit"]>[1],
  ): Promise<Visit>
  /** Another real OpenCode server with its own home and project. */
  otherServer(options?: {
    password?: string
    port?: number
    home?: TempHome
  }): Promise<OpenCode & { home: TempHome }>
  /** Later started, earlier stopped. */
  defer(stop: () => unknown): void
  stop(): Promise<void>
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const stops: (() => unknown)[] = []
  const defer = (stop: () => unknown) => void stops.unshift(stop)
  const stop = async () => {
    for (const next of stops.splice(0)) await next()
  }
  try {
    return await build(options, defer, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(options: StageOptions, defer: Stage["defer"], stop: Stage["stop"]): Promise<Stage> {
  const { arrangement = "root", prefix = "/" } = options
  const home = makeTempHome("story")
  defer(home.remove)
  const model = options.model ?? startModel(testScript)
  defer(model.stop)

  // A stripping gateway that announces its prefix needs no setting for it, only trust.
  const place: Record<string, string> =
    arrangement === "announce" ? { SANDBAR_TRUSTED_PROXIES: "127.0.0.0/8" } : { BASE_PATH: prefix }
  const sandbar = await startSandbar(home, { ...modelSettings(model), ...place, ...options.settings })
  defer(sandbar.stop)
  const gateway = await startGateway(arrangement, prefix, sandbar.origin)
  defer(gateway.stop)
  const browser = await openBrowser()
  defer(browser.close)

  async function otherServer(more: { password?: string; port?: number; home?: TempHome } = {}) {
    const place = more.home ?? makeTempHome("other")
    if (!more.home) defer(place.remove)
    const password = more.password ? { password: more.password } : {}
    const port = more.port ? { port: more.port } : {}
    const server = await startOpenCode(place, { settings: modelSettings(model), ...password, ...port })
    defer(server.stop)
    return { ...server, home: place }
  }

  return {
    url: gateway.url,
    sandbar,
    home,
    model,
    defer,
    stop,
    otherServer,
    visit: (path = "", visitOptions) => browser.visit(gateway.url + path, visitOptions),
  }
}
