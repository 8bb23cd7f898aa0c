// The directory of all sandboxes: taken by one proxy at a time, read at its start, cleaned of what was on its way out.
import { mkdir, readdir, rm, rmdir } from "node:fs/promises"
import { join } from "node:path"
import { isSandboxId } from "../../../shared/servers.ts"
import type { Log } from "../../log.ts"
import { removeTree } from "./clone.ts"
import { type HomeLock, takeHomeLock } from "./home-lock.ts"
import { draftMark, placesOf, sandboxesDirectory, trashPrefix } from "./places.ts"
import { readStored, type SandboxFile, SandboxFileSchema } from "./stored-files.ts"

const retryMs = 2_000
const takenSentence = "Another Sandbar runs over the same SANDBAR_HOME and has the sandboxes. Use that one."

export type HomeOptions = {
  home: string
  log: Log
  closing: AbortSignal
  /** Why it is not ours (yet); undefined when it is. */
  onRefused: (sentence: string | undefined) => void
}

/** Fulfilled with the lock once the home is ours, or with undefined at the end; tells why while it is not. */
export async function openHome({
  home,
  log,
  closing,
  onRefused,
}: HomeOptions): Promise<HomeLock | undefined> {
  const directory = sandboxesDirectory(home)
  let isTold = false
  while (!closing.aborted) {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const lock = takeHomeLock(directory)
      onRefused(lock ? undefined : takenSentence)
      if (lock && isTold) log.info({ directory }, "the sandboxes are this Sandbar's now")
      if (lock) return lock
      if (!isTold) log.warn({ directory }, takenSentence)
      isTold = true
    } catch (error) {
      log.warn({ err: error }, "SANDBAR_HOME cannot hold sandboxes")
      onRefused(`Sandboxes cannot be kept in ${directory}: ${(error as Error).message}.`)
    }
    // The other may be on its way out: a restart begins the new one before the old one has ended.
    await sleep(retryMs, closing)
  }
  return undefined
}

/** Every sandbox that was written down. What cannot be read is left where it is, and told. */
export async function readSandboxes(home: string, log: Log): Promise<SandboxFile[]> {
  const found: SandboxFile[] = []
  for (const id of (await readdir(sandboxesDirectory(home))).filter(isSandboxId)) {
    const { sandboxFile, directory } = placesOf(home, id)
    try {
      const file = await readStored(sandboxFile, SandboxFileSchema)
      if (!file) {
        await removeUnborn(directory)
        continue
      }
      for (const name of await readdir(directory))
        if (name.includes(`.json${draftMark}`)) await rm(join(directory, name), { force: true })
      if (file.record.id === id) found.push(file)
    } catch (error) {
      log.error({ err: error, sandbox: id }, "a sandbox cannot be read and is left alone")
    }
  }
  return found
}

/** A proxy that was killed before it had written down what it makes leaves a directory with drafts at most. */
async function removeUnborn(directory: string): Promise<void> {
  const names = await readdir(directory)
  if (names.some((name) => !name.includes(draftMark))) throw new Error(`${directory} has no sandbox.json`)
  for (const name of names) await rm(join(directory, name))
  await rmdir(directory)
}

/** What was set aside to be removed, by us or by a proxy before us. In the background: it may be a lot. */
export async function emptyTrash(home: string, log: Log): Promise<void> {
  const directory = sandboxesDirectory(home)
  for (const name of await readdir(directory))
    if (name.startsWith(trashPrefix))
      await removeTree(join(directory, name)).catch((err: unknown) =>
        log.warn({ err, name }, "deleted data could not be removed; it is tried again at the next start"),
      )
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
