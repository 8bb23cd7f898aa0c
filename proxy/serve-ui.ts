// Entry: settings → app → Bun.serve. Ends with one clear sentence when it cannot start.
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import manifest from "../package.json" with { type: "json" }
import { makeActivity } from "./activity/activity.ts"
import { makeAskRoute, makeAskServer } from "./activity/ask-server.ts"
import { createApp } from "./app.ts"
import { type Config, type Environment, readConfig } from "./config.ts"
import { makeDrain } from "./drain.ts"
import { makeDial } from "./forward/dial.ts"
import { makeLimits } from "./guard/limits.ts"
import { makeTickets, ticketKeyBytes } from "./guard/ticket.ts"
import { deriveKey, readInstallationKey } from "./installation-key.ts"
import { listen, listeningUrl } from "./listen.ts"
import { type Log, makeLog } from "./log.ts"
import { readMachine } from "./machine.ts"
import { makeMetrics } from "./metrics.ts"
import { makeNetwork } from "./network.ts"
import { makeChooseServer } from "./sandboxes/choose-server.ts"
import { makeManagedServers } from "./sandboxes/managed.ts"
import { childEnvironment } from "./sandboxes/process/child-environment.ts"
import { type EmbeddedServer, makeEmbeddedServer } from "./sandboxes/process/embedded-server.ts"
import type { SandboxesStart } from "./start-sandboxes.ts"
import { stopOnSignals } from "./stop-on-signals.ts"
import { readUiFiles, type UiFiles } from "./ui/ui-files.ts"
import { usage } from "./usage.ts"

const knownFlags = ["--check", "--help", "--manifests"]
const projectRoot = join(import.meta.dir, "..")

/** `uiRoot` is a parameter so that tests need no build. */
export function serveUi(flags: readonly string[], uiRoot = join(projectRoot, "dist", "ui")): void {
  const unknown = flags.find((flag) => !knownFlags.includes(flag))
  if (unknown !== undefined) refuse([`Sandbar does not know ${unknown}. See npm run serve -- --help.`])
  else if (flags.includes("--help")) say(usage())
  else start(flags, uiRoot).catch(crash)
}

/** Half a start would answer nobody. */
function crash(bug: unknown): never {
  process.stderr.write(`${bug instanceof Error ? bug.stack : bug}\n`)
  process.exit(1)
}

async function start(flags: readonly string[], uiRoot: string): Promise<void> {
  const result = readConfig(process.env, readMachine(process.env, projectRoot))
  // Only what serves needs many requests at once.
  const serves = !flags.includes("--manifests") && !flags.includes("--check")
  const faults = [...(result.ok ? [] : result.faults), ...(serves ? faultsOfBun(process.env) : [])]
  if (!result.ok || faults.length > 0) return refuse(faults)
  const { config } = result
  if (flags.includes("--manifests")) return printManifests(config)
  if (!flags.includes("--check")) return serve(config, uiRoot)
  const { faultsOfTemplates } = await import("./print-manifests.ts")
  const wrong = await faultsOfTemplates(config)
  if (wrong.length > 0) return refuse(wrong)
  say("The settings are valid.\n")
}

async function printManifests(config: Config): Promise<void> {
  const { manifestsFor } = await import("./print-manifests.ts")
  const found = await manifestsFor(config)
  if ("faults" in found) refuse(found.faults)
  else say(found.yaml)
}

/** Bun reads it once, when it starts, and takes anything but such a number for 256: we can only ask for it. */
function faultsOfBun(env: Environment): string[] {
  const text = env.BUN_CONFIG_MAX_HTTP_REQUESTS
  if (!text)
    return [
      "BUN_CONFIG_MAX_HTTP_REQUESTS is not set: with 256 open event streams every other request would wait. " +
        "Start with npm run serve, or set it to 65336.",
    ]
  const good = /^\d+$/.test(text) && Number(text) > 256 && Number(text) < 65_536
  return good ? [] : [`BUN_CONFIG_MAX_HTTP_REQUESTS=${text}: use a whole number from 257 to 65535.`]
}

async function serve(config: Config, uiRoot: string): Promise<void> {
  const ui = readUi(uiRoot)
  if (!ui) return
  const log = makeLog({ format: config.log, level: config.logLevel })
  // A bug in one request must not take everybody's streams down with it.
  process.on("uncaughtException", (err) => log.error({ err }, "uncaught exception"))
  process.on("unhandledRejection", (err) => log.error({ err }, "unhandled rejection"))

  let embedded: EmbeddedServer | undefined
  const local = () => embedded?.state() ?? { is: "starting" as const }
  let ownPort = config.port
  const limits = makeLimits(config.limits)
  const key = readKey(config, log)
  if (!key) return
  const metrics = makeMetrics(limits.counts)
  const drain = makeDrain()
  const network = makeNetwork(() => ownPort)
  /** What every way to a server needs. */
  const reach = {
    dial: makeDial(network, { onConnect: metrics.connected }),
    drain,
    fetch: (url: string, init: BunFetchRequestInit) => fetch(url, init),
    viaToken: `sandbar-${randomBytes(8).toString("hex")}`,
  }
  const askRoute = makeAskRoute(reach)
  const sandboxes = await beginSandboxes({ ...reach, askRoute, network, config, key, env: process.env, log })
  const managed = makeManagedServers({
    ...(config.driver === "process" && { local }),
    ...(sandboxes && { sandboxes: sandboxes.service }),
  })
  const choose = makeChooseServer(config.allowed, managed)
  const activity = makeActivity({
    ask: makeAskServer({ ...reach, choose, managed, askRoute }),
    managed,
    log,
    onIntent: (name) => sandboxes?.service.noteIntent(name),
  })
  drain.onStop(activity.stop)
  const tickets = makeTickets(deriveKey(key, "ticket", ticketKeyBytes))
  const version = manifest.version
  const app = createApp({
    ...{ config, version, log, ui, limits, metrics, activity, tickets, network, managed },
    ...(sandboxes && { spawning: sandboxes }),
    ...reach,
  })
  const server = listen(app, config, log)
  if (typeof server === "string") {
    refuse([server])
    await sandboxes?.close()
    return
  }
  ownPort = server.port ?? config.port
  say(`${listeningUrl(config.host, ownPort, config.prefix)}\n`)
  if (config.driver === "process")
    embedded = makeEmbeddedServer({
      program: config.opencode,
      directory: config.directory,
      env: childEnvironment(process.env),
      log,
    })
  stopOnSignals({
    server,
    drain,
    stopOthers: async () => void (await Promise.all([embedded?.stop(), sandboxes?.close()])),
    drainSeconds: config.drainSeconds,
    log,
  })
}

/** Loaded only where it is used, like everything that a start can do without. */
async function beginSandboxes(deps: SandboxesStart) {
  if (deps.config.driver === "none") return undefined
  const { startSandboxes } = await import("./start-sandboxes.ts")
  return startSandboxes(deps)
}

function readUi(root: string): UiFiles | undefined {
  try {
    return readUiFiles(root)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    refuse([`The built UI in ${root} cannot be read (${why}). Run npm run build.`])
    return undefined
  }
}

function readKey(config: Config, log: Log): Uint8Array | undefined {
  try {
    return readInstallationKey(config, log)
  } catch (error) {
    refuse([error instanceof Error ? error.message : String(error)])
    return undefined
  }
}

function refuse(sentences: readonly string[]): void {
  process.stderr.write(`${sentences.join("\n")}\n`)
  process.exitCode = 1
}

function say(text: string): void {
  process.stdout.write(text)
}

if (import.meta.main) serveUi(process.argv.slice(2))
