// `git clone` of what a person typed. The address was checked before; nothing here relies on that.
import { randomBytes } from "node:crypto"
import { lstat, readdir, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { Environment } from "../../config.ts"
import { type FindSpace, isNearlyFull, watchSpace } from "./disk-space.ts"
import { noRoom, progressOf, tooLong, withoutCredentials } from "./git-words.ts"
import { draftMark } from "./places.ts"
import { groupIsGone } from "./process-group.ts"
import { readLines } from "./read-lines.ts"
import { markVariable, underWatchdog } from "./watchdog.ts"

export type CloneOptions = {
  git: string
  repository: string
  branch: string | null
  /** Where the checkout is to be; there only when it is complete. */
  checkout: string
  env: Environment
  /** Plain http as well: for tests on one machine. */
  allowHttp: boolean
  onProgress: (detail: string) => void
  onLine: (line: string) => void
  signal: AbortSignal
  limitMs?: number
  findSpace?: FindSpace
}

/** A host that sends a little now and then would hold a place in the queue for ever. */
const halfAnHourMs = 30 * 60_000
/** What a remote says goes to memory and log, and it may say as much as it likes. */
const mostWords = 20
const mostTold = 500
/** Five things are counted, each in percent, and some of them again. */
const mostProgress = 2_000

/** Enough history to look at, and little to fetch. */
const depth = 50

/** Gives git's own words when it failed, undefined when the checkout is there. */
export async function cloneRepository(options: CloneOptions): Promise<string[] | undefined> {
  const { checkout, findSpace } = options
  if (await isNearlyFull(dirname(checkout), findSpace)) return [noRoom]
  const draft = `${checkout}${draftMark}${randomBytes(6).toString("hex")}`
  const full = new AbortController()
  const unwatch = watchSpace(dirname(checkout), () => full.abort(), findSpace)
  const limitMs = options.limitMs ?? halfAnHourMs
  const late = AbortSignal.timeout(limitMs)
  const signal = AbortSignal.any([options.signal, late, full.signal])
  try {
    const { status, words } = await runGit(draft, { ...options, signal })
    options.signal.throwIfAborted()
    if (full.signal.aborted) return [...words, noRoom]
    if (late.aborted) return [...words, tooLong(limitMs / 60_000)]
    if (status !== 0) return words.length > 0 ? words : [`git ended with status ${status}.`]
    await rename(draft, checkout)
    return undefined
  } finally {
    unwatch()
    await removeTree(draft)
  }
}

async function runGit(draft: string, options: CloneOptions): Promise<{ status: number; words: string[] }> {
  const child = Bun.spawn(underWatchdog([options.git, ...gitArguments(draft, options)]), {
    env: { ...gitEnvironment(options), [markVariable]: randomBytes(16).toString("hex") },
    detached: true,
    stdin: "pipe",
    stdout: "ignore",
    stderr: "pipe",
  })
  // The end of this pipe ends git and its remote programs, whether we want it or are no more.
  const end = () => void child.stdin.end()
  options.signal.addEventListener("abort", end, { once: true })
  if (options.signal.aborted) end()
  const { words, hear } = makeHearing(options)
  const heard = readLines(child.stderr.pipeThrough(progressIntoLines()), hear)
  const status = await child.exited
  end()
  options.signal.removeEventListener("abort", end)
  // What git has started ends with it; only when it was interrupted may some of that still write.
  if (options.signal.aborted) await groupIsGone(child.pid)
  await heard
  return { status, words }
}

function makeHearing({ onProgress, onLine }: Pick<CloneOptions, "onProgress" | "onLine">) {
  const words: string[] = []
  let told = 0
  let last = ""
  let changes = 0
  const hear = (line: string) => {
    const progress = progressOf(line)
    if (progress === undefined) {
      const plain = withoutCredentials(line)
      words.push(plain)
      if (words.length > mostWords) words.shift()
      if (told++ < mostTold) onLine(plain)
    } else if (progress !== last && changes++ < mostProgress) {
      last = progress
      onProgress(progress)
    }
  }
  return { words, hear }
}

/** git draws its progress over itself, with carriage returns. */
function progressIntoLines(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform: (chunk, controller) => controller.enqueue(chunk.map((byte) => (byte === 13 ? 10 : byte))),
  })
}

function gitArguments(draft: string, { repository, branch }: CloneOptions): string[] {
  const settings = [
    // A template directory of the person's may bring hooks; a clone runs them.
    "core.hooksPath=/dev/null",
    "protocol.ext.allow=never",
    "http.followRedirects=initial",
    // A host that goes silent must not hold a place in the queue.
    "http.lowSpeedLimit=100",
    "http.lowSpeedTime=60",
    // A repository names the address that git-lfs fetches from (.lfsconfig), with the person's credentials and past
    // every check of ours. Its pointers stay; whoever is in the sandbox may fetch what they stand for.
    "filter.lfs.smudge=",
    "filter.lfs.process=",
    "filter.lfs.clean=",
    "filter.lfs.required=false",
  ]
  return [
    ...settings.flatMap((setting) => ["-c", setting]),
    "clone",
    "--progress",
    `--depth=${depth}`,
    "--single-branch",
    // Their addresses are the repository's word as well.
    "--no-recurse-submodules",
    // In one word, and everything after `--`, so that nothing typed is taken for an option.
    ...(branch === null ? [] : [`--branch=${branch}`]),
    "--",
    repository,
    draft,
  ]
}

/**
 * The person's git settings stay in force, because their credential helpers and certificates are in them; what the
 * environment alone can say (traces, another directory, commands) does not. Nobody sits there to be asked.
 */
function gitEnvironment({ env, allowHttp }: CloneOptions): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(?:GIT_|SSH_ASKPASS)/.test(name) || /^GIT_SSL_/.test(name),
  )
  return {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_ALLOW_PROTOCOL: allowHttp ? "https:http" : "https",
    LC_ALL: "C",
  }
}

/** What a proxy that was killed may have left: half a clone, and git's own locks. Only while nothing runs there. */
export async function tidyCheckout(directory: string, checkout: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name.startsWith(basename(checkout) + draftMark)) await removeTree(join(directory, name))
  const git = join(checkout, ".git")
  for (const path of [checkout, git]) if (!(await isOwnDirectory(path))) return
  // Objects are many, and git locks none of them.
  await removeLocks(git, 0)
  if (await isOwnDirectory(join(git, "refs"))) await removeLocks(join(git, "refs"), mostLevels)
}

const mostLevels = 32

/** An agent may have put a link there, and what that leads to is not ours to tidy: every `Cargo.lock` below would go. */
async function isOwnDirectory(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true
}

async function removeLocks(directory: string, levels: number): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory() && levels > 0) await removeLocks(path, levels - 1)
    if (entry.isFile() && entry.name.endsWith(".lock")) await rm(path, { force: true })
  }
}

/** Caches of some tools hold directories that not even their owner may write to. */
export async function removeTree(path: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 }
  try {
    await rm(path, options)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== "EACCES" && code !== "EPERM") throw error
    await Bun.spawn(["chmod", "-R", "u+rwX", path], { stdout: "ignore", stderr: "ignore" }).exited
    await rm(path, options)
  }
}
