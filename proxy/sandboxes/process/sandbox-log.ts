// The log of one sandbox: a file, so that what runs goes on writing while no proxy is there to listen.
import { closeSync, constants, openSync } from "node:fs"
import { open, rm, stat, writeFile } from "node:fs/promises"

/** For each of `log` and `log.1`. */
export const logLimitBytes = 1_048_576
/** As much as the last lines are looked for in, and as much as is read at once of what comes after them. */
const tailBytes = 262_144
const followMs = 250
/** A line that is longer is told in parts. */
const longestLine = 16_384

/**
 * What runs in the sandbox may put anything in the place of its log: a link would lead us to somebody else's file, and
 * a pipe that nobody reads would hold us up.
 */
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants
const toRead = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
const toAppend = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
const toEmpty = O_RDWR | O_NOFOLLOW | O_NONBLOCK

export type SandboxLog = {
  append: (text: string) => Promise<void>
  /** For what is started to write to; whoever has started it closes it. */
  open: () => { fd: number; close: () => void }
  /**
   * Keeps the file small. The program that writes has it open, so its end is copied and it is emptied, not renamed: what
   * is written between the two is lost.
   */
  rotate: () => Promise<void>
  tail: (lines: number) => Promise<string[]>
  /** The last lines and, with `follow`, what comes after them, until the signal. */
  lines: (options: { tail: number; follow: boolean; signal: AbortSignal }) => AsyncGenerator<string>
}

export function makeSandboxLog(path: string, limitBytes = logLimitBytes): SandboxLog {
  const earlier = `${path}.1`

  async function tailWithEnd(lines: number): Promise<{ lines: string[]; end: number }> {
    const [old, now] = [await readEnd(earlier), await readEnd(path)]
    return { lines: linesOf(old.text + now.text).slice(-lines), end: now.end }
  }

  async function* follow(from: number, signal: AbortSignal): AsyncGenerator<string> {
    let position = from
    let rest = ""
    let decoder = new TextDecoder()
    while (await pause(followMs, signal)) {
      const size = await sizeOf(path)
      // It was emptied: what it holds now is new.
      if (size < position) position = 0
      if (size === position) continue
      // Whoever writes faster than anybody reads must not fill our memory.
      if (size - position > tailBytes) {
        position = size - tailBytes
        rest = ""
        decoder = new TextDecoder()
        yield skippedLine
      }
      const bytes = await readPart(path, position, size)
      position += bytes.length
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n")
      rest = parts.pop() ?? ""
      yield* linesOf(parts.join("\n"))
      if (rest.length <= longestLine) continue
      yield* linesOf(rest)
      rest = ""
    }
  }

  return {
    append: async (text) => {
      const file = await open(path, toAppend, 0o600)
      try {
        await file.writeFile(text)
      } finally {
        await file.close()
      }
    },
    open: () => {
      const fd = openSync(path, toAppend, 0o600)
      return { fd, close: () => closeSync(fd) }
    },
    rotate: async () => {
      if ((await sizeOf(path)) <= limitBytes) return
      const size = await sizeOf(path)
      // Only the end: a burst may have been far larger than the limit, or a hole with nothing in it.
      const end = await readPart(path, Math.max(0, size - limitBytes), size)
      await rm(earlier, { force: true })
      // Where there is no room for a copy, room is what is needed.
      await writeFile(earlier, end, { mode: 0o600, flag: "wx" }).catch(() => rm(earlier, { force: true }))
      await empty(path)
    },
    tail: async (lines) => (await tailWithEnd(lines)).lines,
    lines: async function* (options) {
      const told = await tailWithEnd(options.tail)
      yield* told.lines
      if (options.follow) yield* follow(told.end, options.signal)
    },
  }
}

const skippedLine = "… Some lines are left out here: they came faster than they can be shown."
const inParts = new RegExp(`[^]{1,${longestLine}}`, "gu")

/** Without colours and other controls, and without empty lines. */
function linesOf(text: string): string[] {
  return Bun.stripANSI(text)
    .split("\n")
    .flatMap((line) => (line.length > longestLine ? (line.match(inParts) ?? []) : line))
    .map((line) =>
      line
        .replace(/\t/g, "  ")
        .replace(/\p{Cc}/gu, "")
        .trimEnd(),
    )
    .filter((line) => line !== "")
}

async function readEnd(path: string): Promise<{ text: string; end: number }> {
  const size = await sizeOf(path)
  const bytes = await readPart(path, Math.max(0, size - tailBytes), size)
  return { text: new TextDecoder().decode(bytes), end: size }
}

async function empty(path: string): Promise<void> {
  const file = await open(path, toEmpty)
  try {
    await file.truncate(0)
  } finally {
    await file.close()
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(nothingThere))?.size ?? 0
}

async function readPart(path: string, from: number, to: number): Promise<Uint8Array> {
  if (to <= from) return new Uint8Array()
  const file = await open(path, toRead)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(to - from), 0, to - from, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function nothingThere(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
}

/** False when the signal came. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const end = () => resolve()
  signal.addEventListener("abort", end, { once: true })
  await promise
  clearTimeout(timer)
  signal.removeEventListener("abort", end)
  return !signal.aborted
}
