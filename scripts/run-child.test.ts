// The bootstrap stands between npm and the proxy: what reaches it has to reach the proxy.
import { join } from "node:path"
import { expect, test } from "vitest"
import { startChild } from "../tests/fakes/child.ts"

const runChild = join(import.meta.dirname, "run-child.mjs")

/** A process that runs `code` through runChild and ends with its code. */
function start(code: string) {
  const script = `import { runChild } from ${JSON.stringify(runChild)}
process.exit(await runChild(process.execPath, ["-e", ${JSON.stringify(code)}]))`
  return startChild(process.execPath, ["-e", script], {
    cwd: import.meta.dirname,
    env: { PATH: process.env.PATH },
  })
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
