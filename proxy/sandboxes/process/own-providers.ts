// The person's own OpenCode keys and settings, copied into a sandbox: it has a home of its own and would not find them.
import { constants } from "node:fs"
import { copyFile, readdir, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as v from "valibot"
import type { Environment } from "../../config.ts"
import { InTheWay, makeInside, placeInside, readInside } from "./inside-files.ts"
import { type Carried, isDeeperThan, type Keys, mergeKeys } from "./merge-keys.ts"

type Home = { data: string; config: string }

export type OwnProvidersOptions = {
  /** The person's. */
  env: Environment
  /** The sandbox's directory. */
  root: string
  sandbox: Home
  /** Told what could not come along, and why. */
  onLeftOut: (error: Error) => void
}

/** What a plugin installs is fetched again where it is needed. */
const leftOut = new Set(["node_modules", ".git", "bun.lock"])

/** Far more than OpenCode writes. To put the fields of what is deep in order takes the square of its depth. */
const mostLevels = 100

const KeysSchema = v.record(v.string(), v.unknown())
const CarriedSchema = v.record(v.string(), v.string())

/** At each start, so that a key or a setting that was changed or added arrives. */
export async function copyOwnProviders(options: OwnProvidersOptions): Promise<void> {
  const { env, sandbox } = options
  const own = ownHome(env)
  if (!own) return
  await copyTree(join(own.config, "opencode"), join(sandbox.config, "opencode"), options)
  const keys = join("opencode", "auth.json")
  await carryKeys(join(own.data, keys), join(sandbox.data, keys), options)
}

function ownHome(env: Environment): Home | undefined {
  if (!env.HOME) return undefined
  return {
    data: env.XDG_DATA_HOME || join(env.HOME, ".local", "share"),
    config: env.XDG_CONFIG_HOME || join(env.HOME, ".config"),
  }
}

async function copyTree(from: string, to: string, options: OwnProvidersOptions, levels = 8): Promise<void> {
  // A link may lead back up.
  if (levels === 0) return
  const names = await readdir(from).catch(() => [] as string[])
  if (names.length === 0) return
  const { root } = options
  if (!(await done(makeInside(root, to), options))) return
  for (const name of names.filter((each) => !leftOut.has(each))) {
    // Through links of the person: people keep such files in a repository elsewhere.
    const what = await stat(join(from, name)).catch(() => undefined)
    if (what?.isDirectory()) await copyTree(join(from, name), join(to, name), options, levels - 1)
    if (what?.isFile()) {
      const copy = (draft: string) => copyFile(join(from, name), draft, constants.COPYFILE_EXCL)
      await done(placeInside(root, join(to, name), copy), options)
    }
  }
}

/** Of what cannot be understood, on either side, nothing is touched: it may be the only copy of somebody's keys. */
async function carryKeys(from: string, to: string, { root, onLeftOut }: OwnProvidersOptions): Promise<void> {
  const record = join(root, "carried.json")
  const write = (path: string, value: unknown) =>
    placeInside(root, path, (draft) => writeFile(draft, JSON.stringify(value, null, 2), { flag: "wx" }))
  try {
    const own = parsedKeys(from, await readFile(from, "utf8").catch(nothingThere))
    if (own === undefined) return
    const inside = parsedKeys(to, await readInside(root, to))
    const before = await readCarried(root, record)
    const merged = mergeKeys(own, inside, before)
    if (JSON.stringify(merged.keys) !== JSON.stringify(inside)) await write(to, merged.keys)
    if (JSON.stringify(merged.carried) !== JSON.stringify(before)) await write(record, merged.carried)
  } catch (error) {
    if (isFull(error)) throw error
    onLeftOut(error as Error)
  }
}

function parsedKeys(path: string, text: string | undefined): Keys | undefined {
  if (text === undefined) return undefined
  try {
    const read: unknown = JSON.parse(text)
    if (isDeeperThan(mostLevels, read)) throw new Error("far too deep")
    return v.parse(KeysSchema, read)
  } catch {
    // Without the cause: what JSON could not be parsed may stand in it, and keys are not for logs.
    throw new Error(`${path} is not what OpenCode writes; it is left as it is`)
  }
}

/** Lost or broken, it costs no key: what is inside is then the sandbox's own, unless the person has the same. */
async function readCarried(root: string, path: string): Promise<Carried> {
  try {
    return v.parse(CarriedSchema, JSON.parse((await readInside(root, path)) ?? "{}"))
  } catch {
    return {}
  }
}

/** A start goes on without what a link keeps out. */
async function done(copied: Promise<void>, { onLeftOut }: OwnProvidersOptions): Promise<boolean> {
  try {
    await copied
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!(error instanceof InTheWay) && code !== "ENOENT" && code !== "EACCES") throw error
    // It was there a moment ago.
    if (code !== "ENOENT") onLeftOut(error as Error)
    return false
  }
}

function nothingThere(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
}

function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "")
}
