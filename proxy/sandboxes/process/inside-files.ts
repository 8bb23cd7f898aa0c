// Files that we put below a sandbox's directory, or read there. What runs in the sandbox may have left a link in any
// place, so none is followed: `root` is the sandbox's directory, and everything from there on has to be what it seems.
// Nothing of the sandbox runs meanwhile. Another program of the same person could be faster than the checks, and could
// do by itself whatever it would gain by that.
import { randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { chmod, lstat, mkdir, open, rename, rm } from "node:fs/promises"
import { dirname, join, relative, sep } from "node:path"
import { draftMark } from "./places.ts"

/** What we know of lies in files far smaller. */
const mostBytes = 1_048_576

/** Something else than a directory or a file of its own is in the way. It is left as it is. */
export class InTheWay extends Error {
  constructor(path: string) {
    super(`${path} is a link, or not what it should be`)
    this.name = "InTheWay"
  }
}

/** Every directory from the root on, made where it is missing. Throws `InTheWay`. */
export async function makeInside(root: string, path: string): Promise<void> {
  let at = root
  for (const name of relative(root, path).split(sep)) {
    at = join(at, name)
    await mkdir(at, { mode: 0o700 }).catch(unless("EEXIST"))
    if (!(await lstat(at)).isDirectory()) throw new InTheWay(at)
  }
}

/**
 * A new file takes the place of whatever has its name, a link included, so that nothing is written through it. `write`
 * gets a path where nothing is yet. Throws `InTheWay`.
 */
export async function placeInside(
  root: string,
  path: string,
  write: (draft: string) => Promise<unknown>,
): Promise<void> {
  await makeInside(root, dirname(path))
  // Beside the sandbox's other files: what a killed proxy leaves of it is removed with theirs.
  const draft = join(root, `inside.json${draftMark}${randomBytes(6).toString("hex")}`)
  try {
    await write(draft)
    await chmod(draft, 0o600)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw isOccupied(error) ? new InTheWay(path) : error
  }
}

/** Undefined where there is none. Throws `InTheWay`, and for what is far too large. */
export async function readInside(root: string, path: string): Promise<string | undefined> {
  let at = root
  for (const name of relative(root, dirname(path)).split(sep)) {
    at = join(at, name)
    const is = await lstat(at).catch(unless("ENOENT"))
    if (!is) return undefined
    if (!is.isDirectory()) throw new InTheWay(at)
  }
  return readPlain(path)
}

/** A text of ours: no link is followed, and no pipe that nobody writes to waited for. Undefined where there is none. */
export async function readPlain(path: string): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error.code === "ELOOP" ? new InTheWay(path) : error
  })
  if (!file) return undefined
  try {
    const is = await file.stat()
    if (!is.isFile()) throw new InTheWay(path)
    if (is.size > mostBytes) throw new Error(`${path} has more than ${mostBytes} bytes`)
    return await file.readFile("utf8")
  } finally {
    await file.close()
  }
}

function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error
  }
}

/** A directory has the name, or another disk is mounted there. */
function isOccupied(error: unknown): boolean {
  return ["EISDIR", "ENOTEMPTY", "EEXIST", "ENOTDIR", "EXDEV", "EBUSY"].includes(
    (error as NodeJS.ErrnoException).code ?? "",
  )
}
