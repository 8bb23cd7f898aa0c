// One run of `opencode serve` that outlives us: started through a gate, written down, and found again after a restart.
import { randomBytes } from "node:crypto"
import { rm } from "node:fs/promises"
import { findFreePort } from "./free-port.ts"
import type { MemoryLimit } from "./memory-limit.ts"
import { isHealthy, username } from "./opencode-process.ts"
import type { Places } from "./places.ts"
import { isStill, startOf } from "./process-table.ts"
import type { SandboxLog } from "./sandbox-log.ts"
import { type ProcessFile, ProcessFileSchema, readStored, writeStored } from "./stored-files.ts"

export type ServerRun = {
  readonly file: ProcessFile
  readonly authorization: string
  /** Fulfilled soon after its end, with how it ended where we are its parent. */
  readonly exited: Promise<string>
  /** Whether the very process that was started still lives. */
  isAlive: () => boolean
}

export type StartOptions = {
  id: string
  program: string
  directory: string
  places: Places
  log: SandboxLog
  environment: (password: string) => Promise<Record<string, string | undefined>>
  memory: MemoryLimit
  memoryBytes: number | undefined
  startedAt: number
  entered: ProcessFile["entered"]
}

/**
 * The program begins only after it is written down who it is: a proxy that is killed before that closes the pipe, and
 * the shell ends instead. `exec` keeps the pid.
 */
const gate = `read -r word && [ "$word" = go ] || exit 125; exec "$@" </dev/null`

export async function startServer(options: StartOptions): Promise<ServerRun> {
  const { id, memory, memoryBytes, places } = options
  const port = await findFreePort()
  const password = randomBytes(32).toString("base64url")
  const command = [options.program, "serve", "--hostname", "127.0.0.1", "--port", String(port)]
  const wrapped = memoryBytes === undefined ? command : memory.wrap(command, id, memoryBytes)
  const env = await options.environment(password)
  const output = options.log.open()
  try {
    const child = Bun.spawn(["/bin/sh", "-c", gate, "sandbar-gate", ...wrapped], {
      cwd: options.directory,
      env,
      // Its own session: Ctrl-C and the end of the proxy are not for it.
      detached: true,
      stdin: "pipe",
      stdout: output.fd,
      stderr: output.fd,
    })
    const exited = child.exited.then((code) => howItEnded(code, child.signalCode))
    child.unref()
    const started = startOf(child.pid) ?? ""
    const { startedAt, entered } = options
    const file = { pid: child.pid, started, port, password, startedAt, entered }
    try {
      if (memoryBytes !== undefined) await memory.confine(child.pid, id, memoryBytes)
      await writeStored(places.processFile, file)
      child.stdin.write("go\n")
    } finally {
      await child.stdin.end()
    }
    return makeRun(file, exited)
  } finally {
    output.close()
  }
}

/** What an earlier proxy started, if it still is the same process. */
export async function findServer(places: Places, closing: AbortSignal): Promise<ServerRun | undefined> {
  const file = await readStored(places.processFile, ProcessFileSchema).catch(() => undefined)
  if (!file || startOf(file.pid) !== file.started) return undefined
  return makeRun(file, watchExit(file, closing))
}

export async function forgetServer(places: Places): Promise<void> {
  await rm(places.processFile, { force: true })
}

/** Whoever else answers on its port does not know its password, and is not asked once our process has ended. */
export async function isReady(
  run: ServerRun,
  fetch: typeof globalThis.fetch,
  patienceMs: number,
): Promise<boolean> {
  if (!run.isAlive()) return false
  const healthy = await isHealthy(
    { port: run.file.port, authorization: run.authorization },
    fetch,
    patienceMs,
  )
  return healthy && run.isAlive()
}

function makeRun(file: ProcessFile, exited: Promise<string>): ServerRun {
  const authorization = `Basic ${btoa(`${username}:${file.password}`)}`
  return { file, authorization, exited, isAlive: () => isStill(file.pid, file.started) }
}

const watchMs = 1_000

/** It is not our child, so nobody tells us. */
function watchExit({ pid, started }: ProcessFile, closing: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isStill(pid, started) && !closing.aborted) return
      clearInterval(timer)
      resolve("It ended.")
    }, watchMs)
    timer.unref()
  })
}

function howItEnded(code: number, signal: string | number | null): string {
  return signal === null ? `It ended with status ${code}.` : `It was ended by ${signal}.`
}
