// A shell script that holds something for as long as we hold its standard input open. It is in a session of its own,
// so that Ctrl-C reaches only us; whatever ends us, the kernel closes the pipe and the keeper cleans up.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { clusterDirectory } from "../../../scripts/cluster-programs.mjs"

const testbed = join(import.meta.dirname, "..", "testbed")

/** What every script of the testbed reads. */
const testbedEnvironment = () => ({
  ...process.env,
  KT_BIN: clusterDirectory(),
  KT_BUN: process.execPath,
})

export interface Keeper {
  /** Lets go and waits until everything is taken down. Safe to call twice. */
  stop(): Promise<void>
}

/** Resolves when the script has printed "ready"; fails with everything it said when it ends before that. */
export function startKeeper(script: string, args: readonly string[], env: object = {}): Promise<Keeper> {
  const child = spawn(join(testbed, script), args, {
    detached: true,
    env: { ...testbedEnvironment(), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  })
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text
  })
  // It may end before we let go of it; the exit says so.
  child.stdin.on("error", () => undefined)
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve))
  const stop = async () => {
    child.stdin.end()
    await exited
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.stdout.once("data", () => resolve({ stop }))
    void exited.then((code) => reject(new Error(`${script} ended with ${code}:\n${said}`)))
  })
}

/** Runs a script of the testbed to its end; fails with what it said. */
export async function runScript(script: string, args: readonly string[]): Promise<void> {
  const child = Bun.spawn([join(testbed, script), ...args], {
    env: testbedEnvironment(),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  })
  const [said, code] = await Promise.all([new Response(child.stderr).text(), child.exited])
  if (code !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${code}:\n${said}`)
}
