import { spawn } from "node:child_process"
import { constants } from "node:os"
import { root } from "./root.mjs"
import { Stop } from "./stop.mjs"
import { whenOrphaned } from "./when-orphaned.mjs"

/**
 * Runs a program to its end in our place: same terminal, same signals, same exit code.
 *
 * On a terminal Ctrl-C reaches the whole foreground group by itself, so passing it on would deliver it twice;
 * a SIGINT sent to us alone (`kill -INT`, no terminal) is passed on.
 */
export function runChild(program, args, { env = process.env, stdin = process.stdin, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: "inherit" })
    const forward = (name) => {
      if (name === "SIGINT" && stdin.isTTY) return
      child.kill(name)
    }
    const end = () => child.kill("SIGTERM")
    signal?.addEventListener("abort", end, { once: true })
    const stopWatching = whenOrphaned(end)
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
    for (const name of signals) process.on(name, forward)
    const finish = () => {
      stopWatching()
      for (const name of signals) process.off(name, forward)
      signal?.removeEventListener("abort", end)
    }
    child.once("error", (error) => {
      finish()
      reject(new Stop(`${program} does not start: ${error.message}`))
    })
    child.once("exit", (code, endedBy) => {
      finish()
      resolve(code ?? 128 + (constants.signals[endedBy] ?? 0))
    })
  })
}
