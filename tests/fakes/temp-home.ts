// A fresh home and a fresh project for every program under test: the person's keys and settings stay out.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface TempHome {
  readonly directory: string
  /** A git repository with one committed README.md. */
  readonly project: string
  /** The environment of a program that lives here. Nothing of OpenCode or Sandbar is inherited. */
  readonly env: Record<string, string>
  remove(): void
}

export function makeTempHome(name: string): TempHome {
  // The real path: OpenCode reports directories with their links resolved.
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `sandbar-${name}-`)))
  const project = join(directory, "project")
  mkdirSync(project)
  writeFileSync(join(project, "README.md"), "# A sample project\n")
  const env = homeEnvironment(directory)
  for (const args of [
    ["init", "--quiet", "--initial-branch=main"],
    ["add", "."],
    ["commit", "--quiet", "-m", "Begin"],
  ]) {
    const { status, stderr } = spawnSync("git", args, { cwd: project, env, encoding: "utf8" })
    if (status !== 0) throw new Error(`git ${args[0]} failed: ${stderr}`)
  }
  return { directory, project, env, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

function homeEnvironment(directory: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => /^(PATH|TMPDIR|LANG|LC_.*|TZ)$/.test(name))
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    HOME: directory,
    XDG_CONFIG_HOME: join(directory, "config"),
    XDG_DATA_HOME: join(directory, "data"),
    XDG_CACHE_HOME: join(directory, "cache"),
    XDG_STATE_HOME: join(directory, "state"),
    GIT_AUTHOR_NAME: "Test",
    GIT_AUTHOR_EMAIL: "test@example.com",
    GIT_COMMITTER_NAME: "Test",
    GIT_COMMITTER_EMAIL: "test@example.com",
  }
}
