// The bootstrap stands between npm and the proxy: what reaches it has to reach the proxy.
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, test } from "vitest"
import { startChild } from "../tests/fakes/child.ts"

const runChild = join(import.meta.dirname, "run-child.mjs")

const scriptFor = (code: string) => `import { runChild } from ${JSON.stringify(runChild)}
process.exit(await runChild(process.execPath, ["-e", ${JSON.stringify(code)}]))`
const options = { cwd: import.meta.dirname, env: { PATH: process.env.PATH } }

/** A process that runs `code` through runChild and ends with its code. */
const start = (code: string) => startChild(process.execPath, ["-e", scriptFor(code)], options)

/** The same below a shell that passes no signal on, as npm does it. */
function startUnderShell(code: string, env: Record<string, string>) {
  const args = ["-c", '"$0" -e "$1"; :', process.execPath, scriptFor(code)]
  return startChild("sh", args, { ...options, env: { ...options.env, ...env } })
}

const patient = (signal: string, code: number) =>
  `process.on("${signal}", () => { console.log("got ${signal}"); process.exit(${code}) }); console.log("ready"); setInterval(() => {}, 1000)`

test("the exit code is the child's", async () => {
  expect(await start("process.exit(7)").exited).toBe(7)
})

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  test(`${signal} to the bootstrap alone reaches the child, and its answer comes back`, async () => {
    const child = start(patient(signal, 3))
    await child.until(/ready/)
    process.kill(child.pid, signal)
    expect(await child.exited).toBe(3)
    expect(child.output()).toContain(`got ${signal}`)
    await child.stop()
  })
}

test("a child that a signal ended counts as failed, as in a shell", async () => {
  expect(await start(`process.kill(process.pid, "SIGKILL")`).exited).toBe(137)
})

test("a script runner that is killed takes the child along, although its shell passes nothing on", async () => {
  const shell = startUnderShell(patient("SIGTERM", 0), { npm_lifecycle_event: "serve" })
  await shell.until(/ready/)
  process.kill(shell.pid, "SIGTERM")
  await shell.exited
  await waitFor(() => shell.output().includes("got SIGTERM"), 10_000)
  await shell.stop()
})

test("without a script runner, losing the parent changes nothing: nohup is meant", async () => {
  const shell = startUnderShell(patient("SIGTERM", 0), {})
  await shell.until(/ready/)
  process.kill(shell.pid, "SIGTERM")
  await shell.exited
  await sleep(1_000)
  expect(shell.output()).not.toContain("got SIGTERM")
  await shell.stop()
})

async function waitFor(holds: () => boolean, ms: number): Promise<void> {
  for (const give = Date.now() + ms; !holds(); await sleep(25)) {
    if (Date.now() > give) throw new Error(`waited ${ms} ms in vain`)
  }
}
