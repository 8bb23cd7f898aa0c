// serve-ui as a process of its own, in a temporary home.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const program = join(import.meta.dirname, "programs", "serve-fixture-ui.ts")

export type ServeUi = {
  url: string
  home: string
  child: Bun.Subprocess<"ignore", "pipe", "pipe">
  stderr: () => string
  cleanup: () => Promise<void>
}

export type ServeUiRun = { code: number; stdout: string; stderr: string }

function testEnvironment(home: string): Record<string, string | undefined> {
  const project = join(home, "project")
  mkdirSync(project, { recursive: true })
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_CACHE_HOME: join(home, "cache"),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    BUN_CONFIG_MAX_HTTP_REQUESTS: "65336",
    PORT: "0",
    SANDBAR_DIRECTORY: project,
  }
}

function spawn(flags: readonly string[], home: string, env: Record<string, string | undefined>) {
  return Bun.spawn([process.execPath, program, ...flags], {
    env: { ...testEnvironment(home), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  })
}

function temporaryHome(): string {
  return mkdtempSync(join(tmpdir(), "sandbar-wire-"))
}

/** Runs to the end: for settings that do not start, --check and --help. */
export async function runServeUi(
  flags: readonly string[],
  env: Record<string, string | undefined>,
): Promise<ServeUiRun> {
  const home = temporaryHome()
  const child = spawn(flags, home, env)
  const limit = setTimeout(() => child.kill("SIGKILL"), 10_000)
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  clearTimeout(limit)
  rmSync(home, { recursive: true, force: true })
  return { code, stdout, stderr }
}

/** Fulfilled when it has printed its address. */
export async function startServeUi(env: Record<string, string> = {}): Promise<ServeUi> {
  const home = temporaryHome()
  const child = spawn([], home, env)
  let stderr = ""
  const decoder = new TextDecoder()
  void child.stderr.pipeTo(
    new WritableStream({
      write: (chunk) => {
        stderr += decoder.decode(chunk, { stream: true })
      },
    }),
  )
  const cleanup = async () => {
    if (child.exitCode === null) child.kill("SIGTERM")
    await child.exited
    rmSync(home, { recursive: true, force: true })
  }
  const first = await child.stdout.getReader().read()
  const url = new TextDecoder().decode(first.value).trim()
  if (url === "") {
    await cleanup()
    throw new Error(`serve-ui did not start: ${stderr}`)
  }
  return { url, home, child, stderr: () => stderr, cleanup }
}
