// One proxy per SANDBAR_HOME: two would start everything twice. SQLite holds the lock, because the kernel then lets go
// of it however we end; a file with a pid in it would have to be judged by whoever finds it.
import { Database } from "bun:sqlite"
import { join } from "node:path"

export type HomeLock = { release: () => void }

/** Undefined while another process, or another driver of this one, has it. */
export function takeHomeLock(directory: string): HomeLock | undefined {
  const database = new Database(join(directory, "lock"))
  try {
    // Nothing is ever written, so a journal would only lie about.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
  } catch (error) {
    database.close()
    if ((error as { code?: string }).code === "SQLITE_BUSY") return undefined
    throw error
  }
  return { release: () => database.close() }
}
