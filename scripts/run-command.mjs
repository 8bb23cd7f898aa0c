// What each `npm run <command>` means. Every command first makes sure that what it needs is there.
import { ensureDependencies } from "./ensure-dependencies.mjs"
import { ensureUi } from "./ensure-ui.mjs"
import { proxyEnvironment } from "./proxy-environment.mjs"
import { runChild } from "./run-child.mjs"
import { runCheck, runTests } from "./run-tests.mjs"
import { Stop } from "./stop.mjs"

const commands = {
  serve: async (bun, args) => {
    // What only prints should not wait for a build.
    if (!["--help", "--check", "--manifests"].some((flag) => args.includes(flag))) await ensureUi(bun)
    return runChild(bun, ["proxy/serve-ui.ts", ...args], { env: proxyEnvironment() })
  },
  dev: (bun, args) => runChild(bun, ["scripts/dev.mjs", ...args], { env: proxyEnvironment() }),
  demo: async (bun, args) => {
    await ensureUi(bun)
    return runChild(bun, ["demo/demo.ts", ...args], { env: proxyEnvironment() })
  },
  build: async (bun) => {
    await ensureUi(bun)
    return 0
  },
  bench: (bun, args) => runChild(bun, ["tests/bench/bench.ts", ...args]),
  "bench:sandboxes": (bun, args) => runChild(bun, ["tests/bench/sandboxes/bench-sandboxes.ts", ...args]),
  soak: (bun, args) => runChild(bun, ["tests/soak/soak.ts", ...args]),
  "test:faults": async (bun, args) => {
    await ensureUi(bun)
    return runChild(bun, ["tests/faults/faults.ts", ...args], { env: proxyEnvironment() })
  },
  check: (bun) => runCheck(bun),
  test: async (bun, args) => {
    await ensureUi(bun)
    return runTests(bun, { check: true, suites: ["app", "proxy", "e2e"], cluster: "cached", args })
  },
  "test:unit": (bun, args) => runTests(bun, { check: false, suites: ["app", "proxy"], args }),
  "test:e2e": async (bun, args) => {
    await ensureUi(bun)
    return runTests(bun, { check: false, suites: ["e2e"], args })
  },
  "test:cluster": async (bun, args) => {
    await ensureUi(bun)
    return runTests(bun, { check: false, suites: [], cluster: "build", args })
  },
}

/** Runs one command to its end and sets the exit code. An expected failure is one sentence, never a stack. */
export async function runCommand(name, args) {
  try {
    const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined
    if (!command)
      throw new Stop(`Unknown command "${name ?? ""}". There are: ${Object.keys(commands).join(", ")}.`)
    process.exitCode = await command(await ensureDependencies(), args)
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
