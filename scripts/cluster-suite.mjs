// Whether the cluster suite runs now. SANDBAR_CLUSTER decides: `off`, `cached` (only with programs that are built
// already: what `npm test` does by itself, because building takes minutes), `build` (what `npm run test:cluster` does).
import { buildCommands, cannotBuild, cannotRun, isBuilt } from "./cluster-programs.mjs"
import { runChild } from "./run-child.mjs"
import { say } from "./say.mjs"
import { Stop } from "./stop.mjs"

const modes = ["off", "cached", "build"]
/** It takes eleven minutes on two cores: after so many of other tests, `npm test` would be longer than people wait for it. */
const mostMinutes = 13

/**
 * Makes ready what the suite needs, as far as the mode allows. Answers sentences about what cannot run: `suite`
 * when nothing of it can, `node` when only the tests on a real node cannot. `minutes` have passed already.
 */
export async function readyCluster(
  usualMode,
  { minutes = 0, env = process.env, checks = { cannotRun, cannotBuild, isBuilt }, build = buildPart } = {},
) {
  const mode = env.SANDBAR_CLUSTER || usualMode
  if (!modes.includes(mode)) throw new Stop(`SANDBAR_CLUSTER=${mode}: it is one of ${modes.join(", ")}.`)
  if (mode === "off") return { suite: "SANDBAR_CLUSTER is off.", node: undefined }
  if (!env.SANDBAR_CLUSTER && minutes > mostMinutes) return { suite: tooLate(minutes), node: undefined }
  const suite = await readyPart("control-plane", mode, { checks, build })
  if (suite) return { suite, node: undefined }
  return { suite, node: await readyPart("node", mode, { checks, build }) }
}

function tooLate(minutes) {
  return `the other tests took ${Math.round(minutes)} minutes: \`npm run test:cluster\` runs it, or SANDBAR_CLUSTER=cached here.`
}

async function readyPart(part, mode, { checks, build }) {
  const never = checks.cannotRun(part)
  if (never || checks.isBuilt(part)) return never
  if (mode === "cached")
    return "its programs are not built yet: `npm run test:cluster` builds them once, which takes minutes."
  const why = checks.cannotBuild(part)
  if (why) return why
  return (await build(part)) === 0 ? undefined : "its programs could not be built, for the reason above."
}

async function buildPart(part) {
  say(
    part === "node"
      ? "building what a real node needs, about a minute …"
      : "building a Kubernetes, once: about six minutes on two cores …",
  )
  for (const command of buildCommands(part)) {
    const code = await runChild("nice", ["-n", "5", ...command])
    if (code !== 0) return code
  }
  return 0
}

/** What was not run belongs beside the counts, or zero failures would look like success. */
export function notRunLines({ suite, node }) {
  if (suite) return [`NOT RUN: the cluster suite, because ${suite}`]
  return node ? [`NOT RUN: the cluster tests on a real node, because ${node}`] : []
}
