// The person's own OpenCode keys and settings, copied into a sandbox: it has a home of its own and would not find them.
import { chmod, copyFile, mkdir, readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import type { Environment } from "../../config.ts"

type Home = { data: string; config: string }

/** What a plugin installs is fetched again where it is needed. */
const leftOut = new Set(["node_modules", ".git", "bun.lock"])

/** Copied anew at each start, so that a key that was changed or added arrives. */
export async function copyOwnProviders(env: Environment, sandbox: Home): Promise<void> {
  const own = ownHome(env)
  if (!own) return
  await copyTree(join(own.config, "opencode"), join(sandbox.config, "opencode"))
  const into = join(sandbox.data, "opencode")
  await mkdir(into, { recursive: true, mode: 0o700 })
  await copyPrivate(join(own.data, "opencode", "auth.json"), join(into, "auth.json"))
}

function ownHome(env: Environment): Home | undefined {
  if (!env.HOME) return undefined
  return {
    data: env.XDG_DATA_HOME || join(env.HOME, ".local", "share"),
    config: env.XDG_CONFIG_HOME || join(env.HOME, ".config"),
  }
}

async function copyTree(from: string, to: string, levels = 8): Promise<void> {
  // A link may lead back up.
  if (levels === 0) return
  const names = await readdir(from).catch(() => [] as string[])
  if (names.length > 0) await mkdir(to, { recursive: true, mode: 0o700 })
  for (const name of names.filter((each) => !leftOut.has(each))) {
    // Through links: people keep such files in a repository elsewhere.
    const what = await stat(join(from, name)).catch(() => undefined)
    if (what?.isDirectory()) await copyTree(join(from, name), join(to, name), levels - 1)
    if (what?.isFile()) await copyPrivate(join(from, name), join(to, name))
  }
}

async function copyPrivate(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return
    throw error
  }
  await chmod(to, 0o600)
}
