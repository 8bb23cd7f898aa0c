// `npm run demo`: `serve` with the scripted model as the only provider, in a fresh directory with a home of its own.
// It needs no key and no network, and nothing of the person's own OpenCode is read or changed.
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { runChild } from "../scripts/run-child.mjs"
import { say } from "../scripts/say.mjs"
import { demoScript, startModel } from "./model.ts"
import { modelSettings } from "./model-settings.ts"
import { makeSampleProject } from "./sample-project.ts"

const home = realpathSync(mkdtempSync(join(tmpdir(), "sandbar-demo-")))
const project = join(home, "greeting")
const model = startModel(demoScript)
const env = demoEnvironment()

makeSampleProject(project, env)
say("a scripted model stands in for a real one. Open the address below and type: Fix the failing test")
try {
  process.exitCode = await runChild(process.execPath, ["proxy/serve-ui.ts", ...process.argv.slice(2)], {
    env,
  })
} finally {
  await model.stop()
  rmSync(home, { recursive: true, force: true })
}

function demoEnvironment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OPENCODE|XDG)_/.test(name))
  return {
    ...Object.fromEntries(inherited),
    ...modelSettings(model),
    HOME: home,
    SANDBAR_DIRECTORY: project,
    SANDBAR_DRIVER: "process",
    // The sample project's tests run with the Bun that came with Sandbar.
    PATH: [join(import.meta.dirname, "../node_modules/.bin"), process.env.PATH].join(delimiter),
  }
}
