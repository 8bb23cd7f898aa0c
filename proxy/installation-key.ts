// The secret that makes what one replica seals readable to all of them, and to nobody else.
import { hkdfSync, randomBytes } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Config } from "./config.ts"
import type { Log } from "./log.ts"

const shortestKey = 32

/** The operator's key, else the one kept in SANDBAR_HOME. Throws an Error with a sentence for a file that is no key. */
export function readInstallationKey({ key, home }: Pick<Config, "key" | "home">, log: Log): Uint8Array {
  if (key !== undefined) return new TextEncoder().encode(key)
  const path = join(home, "key")
  try {
    keepNewKey(home, path)
  } catch (err) {
    log.warn(
      { err, home },
      "SANDBAR_HOME cannot be written: this process has a key of its own, so connections that another replica " +
        "prepared are refused here, and the other way round. Set SANDBAR_KEY to the same value everywhere.",
    )
    return randomBytes(shortestKey)
  }
  return readKey(path)
}

/** One key per use: what one purpose reveals is worth nothing for another (RFC 5869). */
export function deriveKey(installationKey: Uint8Array, use: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", installationKey, "", `sandbar ${use}`, bytes))
}

/** A link appears whole or not at all: of two processes that start at once, both read the key of the first. */
function keepNewKey(home: string, path: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  if (statSync(path, { throwIfNoEntry: false })) return
  const draft = `${path}.${randomBytes(8).toString("hex")}`
  writeFileSync(draft, randomBytes(shortestKey).toString("hex"), { mode: 0o600, flag: "wx" })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function readKey(path: string): Uint8Array {
  // Members of the group may: `fsGroup` gives every file of a Kubernetes volume to the pod's group at each start.
  if (statSync(path).mode & 0o007)
    throw new Error(
      `Everybody on this machine can read ${path}. Delete it, or take their rights away: chmod 600.`,
    )
  const key = readFileSync(path, "utf8").trim()
  if (key.length >= shortestKey) return new TextEncoder().encode(key)
  throw new Error(`${path} is too short to be a key. Delete it; a new one is made at the next start.`)
}
