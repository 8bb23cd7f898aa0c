// The budget of the safeguards. Processor time, and against a forwarder without any in the same run: what else the
// machine does, and how fast it is, cancels out.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { inRoot } from "../../scripts/root.mjs"
import { nextLine, stopChild } from "./child.ts"
import type { Place } from "./columns.ts"
import { cpuSeconds } from "./process-cost.ts"
import { startSandbar } from "./start-sandbar.ts"
import { startPages } from "./targets.ts"

const requests = 6_000
const atOnce = 32
/** About three when this was written; what would be noticed is a stream or a log write for each small answer. */
const mostTimes = 6

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test("every safeguard together costs a request a few times what bare forwarding costs it, not more", async () => {
  const target = startPages()
  cleanups.push(target.stop)
  const sandbar = await startMeasured(target.port)
  const bare = await startBare(target.port)
  const costs = { sandbar: [] as number[], bare: [] as number[] }
  for (const { pid, place } of [sandbar, bare]) await costOf(pid, place)
  for (let round = 0; round < 3; round++) {
    costs.bare.push(await costOf(bare.pid, bare.place))
    costs.sandbar.push(await costOf(sandbar.pid, sandbar.place))
  }
  // Whatever disturbs a round makes it dearer, never cheaper.
  expect(Math.min(...costs.sandbar) / Math.min(...costs.bare)).toBeLessThan(mostTimes)
}, 60_000)

type Measured = { pid: number; place: Place }

async function startMeasured(targetPort: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), "sandbar-overhead-"))
  const sandbar = await startSandbar([targetPort], directory)
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }), sandbar.stop)
  return { pid: sandbar.pid, place: sandbar.place(targetPort) }
}

async function startBare(targetPort: number): Promise<Measured> {
  const program = inRoot("tests/bench/programs/bare-forwarder.ts")
  const child = Bun.spawn([process.execPath, program, String(targetPort)], {
    stdin: "ignore",
    stdout: "pipe",
  })
  cleanups.push(() => stopChild(child))
  const port = Number(await nextLine(child.stdout.getReader(), "The bare forwarder"))
  return { pid: child.pid, place: { port, path: (path) => path, headers: {} } }
}

/** Seconds of processor time for all the requests. */
async function costOf(pid: number, { port, path, headers }: Place): Promise<number> {
  const before = cpuSeconds(pid)
  let left = requests
  const one = async () => {
    while (left-- > 0) {
      const answer = await fetch(`http://127.0.0.1:${port}${path("/page")}`, { headers })
      expect((await answer.arrayBuffer()).byteLength).toBe(1_024)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return cpuSeconds(pid) - before
}
