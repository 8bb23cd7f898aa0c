// Whether a sandbox may work in a directory of the person's. Links are resolved first: it is the place that counts.
import { realpath, stat } from "node:fs/promises"
import { sep } from "node:path"
import type { Environment } from "../../config.ts"

export type DirectoryRules = { home: string; env: Environment }

/** Why not, for a person; undefined when it may. `home` is SANDBAR_HOME. */
export async function whyUnfitDirectory(
  directory: string,
  { home, env }: DirectoryRules,
): Promise<string | undefined> {
  const real = await realpath(directory).catch(() => undefined)
  const isDirectory = real !== undefined && (await stat(real)).isDirectory()
  if (!isDirectory) return `There is no directory ${directory} on the machine that Sandbar runs on.`
  if (real === sep) return "This is the root of the whole machine. Choose a directory of your own in it."
  const ours = await realpath(home)
  // What lies in there is deleted with a sandbox, and Sandbar's key is beside it.
  if (isWithin(real, ours)) return "This directory belongs to Sandbar. Choose one of your own."
  if (!isWithin(ours, real)) return undefined
  // An agent that tidies its working directory would take all sandboxes along.
  const own = env.HOME && (await realpath(env.HOME).catch(() => undefined))
  return real === own
    ? "This is your home directory, and Sandbar keeps its own files in it. Choose a project in it."
    : "Sandbar keeps its own files below this directory. Choose one that does not hold them."
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory + sep)
}
