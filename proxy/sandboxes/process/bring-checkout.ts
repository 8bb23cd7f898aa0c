// Where a sandbox works: the directory that a person gave, or a clone, or an empty one.
import { mkdir, stat } from "node:fs/promises"
import { checkBranch, checkRepository } from "../../../shared/repository.ts"
import type { Environment } from "../../config.ts"
import type { SandboxRecord } from "../driver.ts"
import { cloneRepository, tidyCheckout } from "./clone.ts"
import { Failed, missingDirectory, missingGit } from "./failures.ts"
import { cloneFailure } from "./git-words.ts"
import type { Places } from "./places.ts"
import type { SandboxLog } from "./sandbox-log.ts"

export type BringOptions = {
  record: SandboxRecord
  places: Places
  log: SandboxLog
  env: Environment
  allowHttp: boolean
  onCloning: () => void
  onProgress: (detail: string) => void
  signal: AbortSignal
}

/** Gives the directory. What is there already is left as it is. Throws `Failed`. */
export async function bringCheckout(options: BringOptions): Promise<string> {
  const { record, places } = options
  if (record.directory !== null) {
    if (!(await isDirectory(record.directory))) throw new Failed(missingDirectory(record.directory))
    return record.directory
  }
  await tidyCheckout(places.directory, places.checkout)
  if (await isDirectory(places.checkout)) return places.checkout
  if (record.repository === null) await mkdir(places.checkout, { mode: 0o700 })
  else await clone(record.repository, options)
  return places.checkout
}

async function clone(repository: string, options: BringOptions): Promise<void> {
  const { record, places, log, env, signal } = options
  options.onCloning()
  const refused = whyRefused(record, options.allowHttp)
  if (refused !== undefined) throw new Failed(cloneFailure([refused]))
  const git = Bun.which("git", { PATH: env.PATH ?? "" })
  if (git === null) throw new Failed(missingGit())
  const lines: Promise<void>[] = []
  const words = await cloneRepository({
    git,
    repository,
    branch: record.branch,
    checkout: places.checkout,
    env,
    allowHttp: options.allowHttp,
    onProgress: options.onProgress,
    // A full disk must not hide what git says about it.
    onLine: (line) => lines.push(log.append(`${line}\n`).catch(() => undefined)),
    signal,
  })
  await Promise.all(lines)
  if (words) throw new Failed(cloneFailure(words))
}

/** Why git is never given this, however it came here; the service has checked it against the template before. */
export function whyRefused(
  { repository, branch }: Pick<SandboxRecord, "repository" | "branch">,
  allowHttp: boolean,
): string | undefined {
  const checked = repository === null ? undefined : checkRepository(repository, { gitHosts: [], allowHttp })
  if (checked && !checked.ok) return checked.reason
  const named = branch === null ? undefined : checkBranch(branch)
  return named && !named.ok ? named.reason : undefined
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ""
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(code)) return false
    throw error
  }
}
