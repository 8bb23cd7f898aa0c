// A browser without a system package: $CHROMIUM_PATH, one on the PATH, else the one inside the npm package
// @sparticuz/chromium, unpacked once into .sandbar/.
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { delimiter, join } from "node:path"

export interface Browser {
  readonly program: string
  readonly env: Record<string, string>
}

const onPath = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
const root = join(import.meta.dirname, "../../..")

export async function findChromium(env: NodeJS.ProcessEnv = process.env): Promise<Browser> {
  if (env.CHROMIUM_PATH) return { program: env.CHROMIUM_PATH, env: {} }
  const found = (env.PATH ?? "")
    .split(delimiter)
    .flatMap((directory) => onPath.map((name) => join(directory, name)))
    .find((file) => isProgram(file))
  return found ? { program: found, env: {} } : unpacked()
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // Missing or not ours to run: either way not a program.
    return false
  }
}

async function unpacked(): Promise<Browser> {
  const { version } = createRequire(import.meta.url)("@sparticuz/chromium/package.json") as {
    version: string
  }
  const directory = join(root, ".sandbar", `chromium-${version}`)
  if (!existsSync(directory)) await unpack(directory)
  return { program: join(directory, "chromium"), env: fontSettings(directory) }
}

/** Beside its place first: a half unpacked browser would be taken for a whole one. */
async function unpack(directory: string): Promise<void> {
  const partial = `${directory}.partial-${process.pid}`
  mkdirSync(partial, { recursive: true })
  const before = process.env.TMPDIR
  try {
    // The package unpacks into the temporary directory and offers no other way.
    process.env.TMPDIR = partial
    const { default: chromium } = await import("@sparticuz/chromium")
    await chromium.executablePath()
    if (!existsSync(directory)) renameSync(partial, directory)
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(partial, { recursive: true, force: true })
  }
}

/** A machine without fonts draws no text at all; the package brings one family along. */
function fontSettings(directory: string): Record<string, string> {
  if (existsSync("/etc/fonts/fonts.conf")) return {}
  const file = join(directory, "sandbar-fonts.conf")
  const cache = join(directory, "fonts-cache")
  const settings = `<?xml version="1.0"?><fontconfig><dir>${join(directory, "fonts")}</dir><dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir></fontconfig>`
  // A Chromium that starts meanwhile would read a half written file.
  if (!existsSync(file) || readFileSync(file, "utf8") !== settings) writeFileSync(file, settings)
  return { FONTCONFIG_FILE: file }
}
