// Real programs in tests: each in its own process group, so that stopping one leaves nothing of it behind.
import { type ChildProcess, spawn } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"

export interface Child {
  readonly pid: number
  /** Everything it has printed so far, both streams. */
  readonly output: () => string
  readonly exited: Promise<number | null>
  /** Resolves with the first match in what it prints; fails with the whole output when it ends or takes too long. */
  until(pattern: RegExp, timeout?: number): Promise<RegExpExecArray>
  signal(name: NodeJS.Signals): void
  /** TERM to the group, KILL after a while. Safe to call twice. */
  stop(): Promise<void>
}

const running = new Set<number>()
// Vitest may end without our hooks (an interrupt, a timeout): take the groups along.
process.once("exit", () => {
  for (const pid of running) killGroup(pid, "SIGKILL")
})

export interface ChildOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export function startChild(program: string, args: readonly string[], options: ChildOptions): Child {
  const child = spawn(program, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] })
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} does not start`)
  running.add(pid)
  const output = collect(child)
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))

  async function until(pattern: RegExp, timeout = 30_000): Promise<RegExpExecArray> {
    const give = Date.now() + timeout
    while (true) {
      const match = pattern.exec(output())
      if (match) return match
      const ended = child.exitCode !== null || child.signalCode !== null
      if (ended || Date.now() > give) {
        throw new Error(
          `${program} ${ended ? "ended" : "took too long"} before it printed ${pattern}:\n${output()}`,
        )
      }
      await sleep(25)
    }
  }

  async function stop(): Promise<void> {
    killGroup(pid as number, "SIGTERM")
    const ended = await Promise.race([exited.then(() => true), sleep(5_000, false)])
    // The leader may be gone while something it started is not.
    killGroup(pid as number, "SIGKILL")
    if (!ended) await exited
    running.delete(pid as number)
  }

  return { pid, output, exited, until, signal: (name) => killGroup(pid, name), stop }
}

function collect(child: ChildProcess): () => string {
  let text = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
    })
  }
  return () => text
}

/** True when the group existed. */
export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false
    throw error
  }
}
