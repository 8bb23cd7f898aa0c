// `npm run test:faults`: a thousand cuts between browser, proxy and a real OpenCode server while turns stream, asks
// arrive and sessions are created; after each the page has to equal a fresh load, and every prompt has to be on the
// server exactly once. `-- --cuts 50` is shorter, `-- --minutes 9` stops early, `-- --seed 7` draws the same faults again.
import { quantile } from "../bench/statistics.ts"
import type { Cut } from "./round.ts"
import { type FaultsResult, runFaults } from "./run-faults.ts"

const say = (text: string) => void process.stdout.write(`${text}\n`)
/** Longer than a thousand cuts take, also on a machine that has other things to do. */
const mostMinutes = 25

function report({ cuts, prompts, rounds, violations }: FaultsResult, seconds: number): void {
  say(`\n${cuts.length} cuts in ${rounds} rounds, ${seconds} s\n`)
  say("   cuts  recovery: median   95 %    most   kind")
  for (const [kind, all] of Map.groupBy(cuts, (cut) => cut.kind)) say(line(kind, all))
  say(line("all", cuts))
  const looked = cuts.filter((cut) => cut.looked).length
  say(`\n${looked} times the link waited so long for its next try that somebody looked at the tab`)
  say(
    `\n${prompts.sent} prompts: ${prompts.answered} answered once, ${prompts.cutOff} ended by a restart of the server; ` +
      `given back and sent again ${prompts.handedBack} times`,
  )
  for (const violation of violations) say(`\nVIOLATION  ${violation}`)
  say(violations.length === 0 ? "Every page equalled a fresh load; no prompt was lost or sent twice." : "")
}

function line(kind: string, cuts: readonly Cut[]): string {
  const times = cuts.map(({ recoveryMs }) => recoveryMs)
  const at = (share: number) => `${(quantile(times, share) / 1_000).toFixed(1)} s`.padStart(8)
  return `${String(cuts.length).padStart(7)} ${" ".repeat(9)}${at(0.5)}${at(0.95)}${at(1)}   ${kind}`
}

function option(args: readonly string[], name: string, fallback: number): number {
  const at = args.indexOf(name)
  return at < 0 ? fallback : Number(args[at + 1])
}

// Whatever was started goes along (tests/fakes/child.ts).
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130))

const args = process.argv.slice(2)
const seed = option(args, "--seed", Math.floor(Math.random() * 1_000_000))
const cuts = option(args, "--cuts", 1_000)
const minutes = option(args, "--minutes", mostMinutes)
if (!Number.isInteger(seed) || !(cuts > 0) || !(minutes > 0)) {
  say("test:faults takes --cuts <number>, --minutes <number> and --seed <whole number>.")
  process.exitCode = 1
} else {
  say(`seed ${seed}, ${cuts} cuts`)
  const began = Date.now()
  const result = await runFaults({ seed, cuts, lanes: 2, watchers: 12, say, atMostMs: minutes * 60_000 })
  report(result, Math.round((Date.now() - began) / 1_000))
  const tooFew = result.cuts.length < cuts
  if (tooFew) say(`Only ${result.cuts.length} of ${cuts} cuts fitted into the time.`)
  process.exitCode = result.violations.length === 0 && !tooFew ? 0 : 1
}
