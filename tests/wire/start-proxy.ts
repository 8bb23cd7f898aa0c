// The real app behind a real Bun server on a free port, with the settings and the network of one test.
import { join } from "node:path"
import { type ActivityDeps, makeActivity } from "../../proxy/activity/activity.ts"
import { makeAskRoute, makeAskServer } from "../../proxy/activity/ask-server.ts"
import { type AppDeps, createApp } from "../../proxy/app.ts"
import { type Config, type Environment, type Machine, readConfig } from "../../proxy/config.ts"
import { makeDrain } from "../../proxy/drain.ts"
import { type DialOptions, makeDial, type Network } from "../../proxy/forward/dial.ts"
import { makeLimits } from "../../proxy/guard/limits.ts"
import { makeTickets, ticketKeyBytes } from "../../proxy/guard/ticket.ts"
import { listen } from "../../proxy/listen.ts"
import { makeLog } from "../../proxy/log.ts"
import { makeSandboxes } from "../../proxy/make-sandboxes.ts"
import { makeMetrics } from "../../proxy/metrics.ts"
import { makeNetwork } from "../../proxy/network.ts"
import { makeChooseServer } from "../../proxy/sandboxes/choose-server.ts"
import type { Driver } from "../../proxy/sandboxes/driver.ts"
import { makeManagedServers } from "../../proxy/sandboxes/managed.ts"
import type { Template } from "../../proxy/sandboxes/templates/template.ts"
import { readUiFiles } from "../../proxy/ui/ui-files.ts"
import { testTemplate } from "../fakes/test-template.ts"

export const fixtureUi = join(import.meta.dirname, "ui")

export const testMachine: Machine = {
  cwd: "/",
  isTerminal: false,
  isDirectory: () => true,
  isProgram: () => true,
  findOpencode: () => "/bin/opencode",
  dataDirectory: "/home/test/.local/share/sandbar",
}

export function testConfig(env: Environment = {}): Config {
  const hosts = env.SANDBAR_IDENTITY?.startsWith("header") ? { SANDBAR_PUBLIC_HOSTS: "sandbar.example" } : {}
  const result = readConfig({ PORT: "0", SANDBAR_DRIVER: "none", ...hosts, ...env }, testMachine)
  if (!result.ok) throw new Error(result.faults.join("\n"))
  return result.config
}

export type TestProxy = { url: string; port: number; logLines: string[]; stop: () => Promise<void> }

export type TestProxyOptions = Partial<Omit<AppDeps, "config" | "dial" | "network">> & {
  env?: Environment
  network?: Partial<Network>
  dialOptions?: DialOptions
  /** Time for what counts as activity, and for sandboxes. */
  clock?: Pick<ActivityDeps, "now" | "after">
  /** Runs sandboxes; without it there are none. */
  driver?: Driver
  templates?: readonly Template[]
}

export function makeTestDeps(
  options: TestProxyOptions,
  ownPort: () => number,
): AppDeps & { logLines: string[] } {
  const logLines: string[] = []
  const config = testConfig(options.env)
  const limits = makeLimits(config.limits)
  const network = { ...makeNetwork(ownPort), ...options.network }
  const deps = {
    version: "0.0.0-test",
    log: makeLog({ format: "json", level: "info", write: (line) => logLines.push(line) }),
    ui: readUiFiles(fixtureUi),
    fetch: (url: string, init: BunFetchRequestInit) => fetch(url, init),
    viaToken: "sandbar-test",
    limits,
    metrics: makeMetrics(limits.counts),
    drain: makeDrain(),
    tickets: makeTickets(new Uint8Array(ticketKeyBytes)),
    ...options,
    config,
    network,
    dial: makeDial(network, { dialMs: 1_000, ...options.dialOptions }),
    logLines,
  }
  const askRoute = makeAskRoute(deps)
  const { driver, templates = [testTemplate()] } = options
  const spawning =
    driver &&
    makeSandboxes({
      ...{ ...deps, ...options.clock, askRoute, driver, key: new Uint8Array(32) },
      templates: { list: () => templates, find: (id) => templates.find((template) => template.id === id) },
    })
  const managed = deps.managed ?? makeManagedServers(spawning ? { sandboxes: spawning.service } : {})
  const ask = makeAskServer({
    ...{ ...deps, askRoute, managed },
    choose: makeChooseServer(config.allowed, managed),
  })
  const onIntent = (name: string) => spawning?.service.noteIntent(name)
  const activity = makeActivity({ ask, managed, log: deps.log, onIntent, ...options.clock })
  deps.drain.onStop(activity.stop)
  return { activity, ...deps, managed, ...(spawning && { spawning }) }
}

export function startProxy(options: TestProxyOptions = {}): TestProxy {
  let port = 0
  const deps = makeTestDeps(options, () => port)
  const server = listen(createApp(deps), deps.config, deps.log)
  if (typeof server === "string") throw new Error(server)
  port = server.port ?? 0
  const stop = async () => {
    deps.activity.stop()
    await server.stop(true)
  }
  return { url: `http://127.0.0.1:${port}`, port, logLines: deps.logLines, stop }
}
