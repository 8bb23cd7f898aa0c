// Who commits: a sandbox has a home of its own, where git knows no name and refuses to commit. Name and address come
// along and nothing else: credential helpers, aliases and hooks of the person would run at the agent's word.
import { stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Environment } from "../../config.ts"
import { childEnvironment } from "./child-environment.ts"

/** A home on a file system that hangs must not keep a sandbox from starting. */
const patienceMs = 5_000

/** Once: what the agent or the person changes in the sandbox stays. */
export async function copyGitIdentity(env: Environment, home: string): Promise<void> {
  const file = join(home, ".gitconfig")
  if (await stat(file).catch(() => undefined)) return
  const text = await ownIdentity(env)
  if (text === undefined) return
  try {
    // Exclusively: a link that the agent left there would lead out of its home.
    await writeFile(file, text, { flag: "wx", mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  }
}

async function ownIdentity(env: Environment): Promise<string | undefined> {
  const git = Bun.which("git", { PATH: env.PATH ?? "" })
  if (git === null || !env.HOME) return undefined
  const wanted = ["config", "--global", "--includes", "--null", "--get-regexp", "^user\\.(name|email)$"]
  const child = Bun.spawn([git, ...wanted], {
    // Not in whatever repository we were started in.
    cwd: "/",
    env: childEnvironment(env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    timeout: patienceMs,
  })
  const found = await new Response(child.stdout).text()
  const known = new Map(found.split("\0").flatMap(entryIn))
  if (known.size === 0) return undefined
  return ["[user]", ...[...known].map(([name, value]) => `\t${name} = ${quoted(value)}`), ""].join("\n")
}

/** `user.name`, a newline, the value; of several, the last one counts, as in git. */
function entryIn(text: string): [name: string, value: string][] {
  const [, name, value] = /^user\.(name|email)\n(.*)$/s.exec(text) ?? []
  return name === undefined || !value ? [] : [[name, value]]
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`
}
