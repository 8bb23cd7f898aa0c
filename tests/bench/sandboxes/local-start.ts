// A start on a laptop: from the click to the first answer of the sandbox's own OpenCode, beside a bare `opencode serve`
// with an equally fresh home. Both take turns, so that whatever else the machine does disturbs both.
import { mkdirSync, mkdtempSync } from "node:fs"
import { join } from "node:path"
import { localServerUrl } from "../../../shared/servers.ts"
import { startChild } from "../../fakes/child.ts"
import { findQuietPort } from "../../fakes/find-quiet-port.ts"
import { opencodeBinary } from "../../fakes/opencode.ts"
import { median } from "../statistics.ts"
import { type Client, forwarded, listOf, removeWithData, spawn, untilReady } from "./client.ts"
import type { Outcome, Run, Scenario } from "./outcome.ts"
import { startProgram } from "./start-program.ts"

const rounds = 9
const quickRounds = 2
const mostTimes = 1.5
const lookMs = 20
const patienceMs = 60_000

/** Nothing is fetched, in either column: what a network takes is not what is compared. */
const quiet = {
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
}

export const localStart: Scenario = {
  name: "local",
  says: "starts as local processes",
  needs: "nothing",
  measure,
}

async function measure({ quick, directory, say, onEnd }: Run): Promise<Outcome> {
  const client = await startLocalProxy(directory, onEnd)
  const bare: number[] = []
  const ours: number[] = []
  const all = quick ? quickRounds : rounds
  // The first pair warms the file system's cache.
  for (let round = 0; round <= all; round++) {
    say(`local, round ${round} of ${all}`)
    const turns = [
      async () => bare.push(await timeOfBare(directory)),
      async () => ours.push(await timeOfSandbox(client, round)),
    ]
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn()
    if (round === 0) bare.length = ours.length = 0
  }
  const ratio = median(ours) / median(bare)
  return {
    findings: [
      { label: "bare opencode serve: to its first answer", unit: "ms", value: median(bare), digits: 0 },
      { label: "local sandbox: click to first answer", unit: "ms", value: median(ours), digits: 0 },
    ],
    goals: [
      {
        says: `a local sandbox within ${mostTimes} × of OpenCode's own cold start`,
        shown: ratio.toFixed(2),
        met: ratio <= mostTimes,
      },
    ],
  }
}

async function startLocalProxy(directory: string, onEnd: Run["onEnd"]): Promise<Client> {
  const [home, person, project] = ["home", "person", "project"].map((name) => join(directory, name))
  for (const each of [home, person, project]) mkdirSync(each ?? "")
  const proxy = await startProgram("tests/bench/programs/sandbar.ts", [], directory, {
    ...quiet,
    PATH: process.env.PATH,
    HOME: person,
    PORT: "0",
    SANDBAR_HOME: home,
    SANDBAR_DIRECTORY: project,
    SANDBAR_DRIVER: "process",
    SANDBAR_OPENCODE: opencodeBinary,
    SANDBAR_LOG: "json",
    SANDBAR_DRAIN_SECONDS: "1",
  })
  onEnd(proxy.stop)
  const client = { url: proxy.url, headers: {} }
  // Sandboxes outlive their proxy, so an interrupt in the middle of a round would leave one running.
  onEnd(async () => {
    for (const sandbox of await listOf(client)) await removeWithData(client, sandbox)
  })
  // Its own start must not disturb the first round.
  await until(() => forwarded(client, localServerUrl, "global/health"))
  return client
}

async function timeOfSandbox(client: Client, round: number): Promise<number> {
  const began = performance.now()
  const sandbox = await spawn(client, "opencode", `Round ${round}`)
  await untilReady(client, sandbox.id)
  await forwarded(client, sandbox.serverUrl, "session")
  const took = performance.now() - began
  await removeWithData(client, sandbox)
  return took
}

async function timeOfBare(directory: string): Promise<number> {
  const home = mkdtempSync(join(directory, "bare-"))
  const project = join(home, "project")
  mkdirSync(project)
  const port = await findQuietPort()
  const began = performance.now()
  const child = startChild(opencodeBinary, ["serve", "--hostname", "127.0.0.1", "--port", String(port)], {
    cwd: project,
    env: { ...quiet, PATH: process.env.PATH, HOME: home },
  })
  try {
    // Before it says so, it takes connections that it never answers.
    await child.until(/listening/, patienceMs)
    for (const path of ["global/health", "session"])
      await until(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/${path}`)
        await answer.arrayBuffer()
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
      })
    return performance.now() - began
  } finally {
    await child.stop()
  }
}

async function until(works: () => Promise<unknown>): Promise<void> {
  for (const deadline = performance.now() + patienceMs; ; await Bun.sleep(lookMs)) {
    try {
      return void (await works())
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
  }
}
