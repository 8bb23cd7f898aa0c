// A stage whose Sandbar spawns sandboxes as processes: a repository to clone, templates with the scripted model behind
// them, and an OpenCode program that can be broken. Sandboxes outlive the proxy, so they are taken away before it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as v from "valibot"
import { type ScriptedModel, startModel, testScript } from "../../../demo/model.ts"
import type { Script } from "../../../demo/pick-step.ts"
import { sandboxesPath } from "../../../shared/paths.ts"
import { type SandboxList, SandboxListSchema } from "../../../shared/sandboxes.ts"
import { OfferSchema } from "../../../shared/templates.ts"
import { killGroup } from "../../fakes/child.ts"
import { opencodeBinary } from "../../fakes/opencode.ts"
import { scriptedTemplate } from "../../fakes/scripted-template.ts"
import { makeTempHome } from "../../fakes/temp-home.ts"
import { makeRepository } from "../../sandbox-image/git-server.ts"
import { type HeldGit, startHeldGit } from "./held-git.ts"
import { openStage, type Stage, type StageOptions } from "./stage.ts"

export interface SandboxStage extends Stage {
  readonly git: HeldGit
  /** What a person types. */
  readonly repository: string
  list(): Promise<SandboxList>
  /** Without a page. */
  spawn(request: { template: string; name: string }): Promise<void>
  /** Deletes every sandbox and all that was kept, and waits until nothing of them is there. */
  clear(): Promise<void>
  /** The sandboxes that have a directory on this machine, by id. */
  directories(): readonly string[]
  checkoutOf(id: string): string
  homeOf(id: string): string
  hideOpencode(): void
  putBackOpencode(): void
}

/** What breaks an OpenCode in a sandbox of the template `broken`. */
export const lastWords = "error: the settings of this template cannot be read"

const brittleOpencode = `#!/bin/sh
if [ -n "$BREAK_DOWN" ]; then echo "${lastWords}" >&2; exit 3; fi
exec "${opencodeBinary}" "$@"
`

/** An agent that is asked where it is looks for itself. */
const whereTurn = {
  word: "where",
  steps: [
    {
      text: "I will look around.",
      tool: {
        name: "bash",
        input: {
          command: 'echo "home $HOME" && echo "directory $PWD" && git log -1 --format="commit %s"',
          description: "Look around",
        },
      },
    },
    { text: "That is where I am." },
  ],
}
const script: Script = { ...testScript, turns: [whereTurn, ...testScript.turns] }

export async function openSandboxStage(options: Omit<StageOptions, "model"> = {}): Promise<SandboxStage> {
  const place = makeTempHome("sandboxes")
  const at = (...path: string[]) => join(place.directory, ...path)
  makeRepository(at("git"), "team/shop.git")
  const git = startHeldGit(at("git"))
  const model = startModel(script)
  writeFileSync(at("opencode"), brittleOpencode, { mode: 0o755 })
  writeFileSync(at("templates.yaml"), JSON.stringify({ templates: templatesOf(model) }))
  mkdirSync(at("home"))
  const stage = await openStage({
    ...options,
    model,
    settings: {
      SANDBAR_DRIVER: "process",
      SANDBAR_HOME: at("home"),
      SANDBAR_OPENCODE: at("opencode"),
      SANDBAR_TEMPLATES: at("templates.yaml"),
      SANDBAR_PLAIN_HTTP_REPOSITORIES: "yes",
      SCRIPTED_KEY: "not-a-key",
      ...options.settings,
    },
  }).catch(async (error: unknown) => {
    await git.stop()
    place.remove()
    throw error
  })
  const api = `${stage.url}${sandboxesPath}`
  const ask = async (path: string, method: string, body?: unknown) => {
    const headers = { "content-type": "application/json" }
    const answer = await fetch(api + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  const list = async () => v.parse(SandboxListSchema, await (await ask("", "GET")).json())
  const directories = () =>
    existsSync(at("home", "sandboxes"))
      ? readdirSync(at("home", "sandboxes")).filter((name) => name.startsWith("sb-"))
      : []

  /** Right after its start, Sandbar still looks for what an earlier one left running. */
  async function spawn(request: { template: string; name: string }): Promise<void> {
    const unavailable = async () =>
      v.parse(OfferSchema, await (await ask("/offer", "GET")).json()).unavailable
    for (const give = Date.now() + 15_000; (await unavailable()) !== undefined; await Bun.sleep(50))
      if (Date.now() > give) throw new Error(`No sandbox can be made: ${await unavailable()}`)
    await ask("", "POST", request)
  }

  async function clear(): Promise<void> {
    try {
      const { sandboxes, data } = await list()
      for (const { id, name } of [...sandboxes, ...data])
        await ask(`/${id}`, "DELETE", { data: "delete", name })
      for (const give = Date.now() + 15_000; directories().length > 0; await Bun.sleep(50))
        if (Date.now() > give) throw new Error(`These sandboxes stay: ${directories()}`)
    } finally {
      for (const id of directories()) endByForce(at("home", "sandboxes", id, "process.json"))
    }
  }

  /** In this order also when something stays: nothing else may be left behind for that. */
  async function stop(): Promise<void> {
    try {
      await clear()
    } finally {
      await stage.stop()
      await git.stop()
      // Earlier, the proxy would write there again.
      place.remove()
    }
  }

  return {
    ...stage,
    stop,
    git,
    repository: `${git.url}/team/shop.git`,
    list,
    clear,
    spawn,
    directories,
    checkoutOf: (id) => at("home", "sandboxes", id, "checkout"),
    homeOf: (id) => at("home", "sandboxes", id, "home"),
    hideOpencode: () => renameSync(at("opencode"), at("opencode.hidden")),
    putBackOpencode: () => renameSync(at("opencode.hidden"), at("opencode")),
  }
}

/** The last resort, for a proxy that does not answer: nothing may be left running. */
function endByForce(processFile: string): void {
  try {
    const { pid } = v.parse(v.object({ pid: v.number() }), JSON.parse(readFileSync(processFile, "utf8")))
    killGroup(pid, "SIGKILL")
  } catch (error) {
    process.stderr.write(`${processFile}: ${error}\n`)
  }
}

function templatesOf(model: ScriptedModel) {
  const common = {
    ownProviders: false,
    gitHosts: ["127.0.0.1"],
    ...scriptedTemplate(model.baseUrl),
  }
  return [
    {
      ...common,
      id: "usual",
      title: "OpenCode",
      description: "OpenCode and git, with the team's model.",
      idleAfter: "30m",
      notes: "Ask #agents for more memory.",
    },
    { ...common, id: "brief", title: "Short tasks", description: "Sleeps at once.", idleAfter: "5s" },
    {
      ...common,
      id: "broken",
      title: "Experimental",
      description: "Next week's settings.",
      environment: { ...common.environment, BREAK_DOWN: "1" },
    },
  ]
}
