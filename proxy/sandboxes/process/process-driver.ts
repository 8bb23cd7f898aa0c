// Sandboxes as processes of this machine. The truth lies in SANDBAR_HOME/sandboxes, one directory each; what runs goes
// on running without us, and the next proxy over the same home finds it again.
import { accessSync, constants } from "node:fs"
import { availableParallelism } from "node:os"
import { Problem } from "../../../shared/problems.ts"
import { makeTurns } from "../../../shared/turns.ts"
import type { Environment } from "../../config.ts"
import type { Log } from "../../log.ts"
import type { Driver, SandboxRecord } from "../driver.ts"
import { unknownSandbox } from "../refusals.ts"
import type { Template } from "../templates/template.ts"
import type { Life } from "./life.ts"
import { makeLives } from "./lives.ts"
import type { Machinery } from "./machinery.ts"
import { makeSandboxDirectory, makeSandboxFile, refuseUnfit, storedTemplate } from "./make-sandbox.ts"
import { findMemoryLimit, type MemoryLimit, noMemoryLimit } from "./memory-limit.ts"
import { readProcesses } from "./process-table.ts"
import { openHome, readSandboxes } from "./sandboxes-home.ts"

export type ProcessDriverOptions = {
  /** SANDBAR_HOME. */
  home: string
  /** The opencode program. */
  program: string
  /** The proxy's own environment; what a sandbox sees of it is decided here. */
  env: Environment
  log: Log
  /** Repositories by plain http as well: for tests on one machine. */
  allowHttp?: boolean
  /** Where the embedded server works; a sandbox may work there too. */
  localServerDirectory?: string
  fetch?: typeof globalThis.fetch
  now?: () => number
  /** After this long without health a start has failed. */
  startMs?: number
  backoffMs?: number
  tickMs?: number
  findMemoryLimit?: typeof findMemoryLimit
}

/** For a deletion to end before the same sandbox is made anew. */
const removalMs = 20_000

/** Begins at once. What it cannot do is told by `unavailable`, never thrown. */
export function makeProcessDriver(options: ProcessDriverOptions): Driver {
  const { home, program, env, log, localServerDirectory, now = Date.now, tickMs = 10_000 } = options
  const closing = new AbortController()
  const births = new Map<string, Promise<void>>()
  const leading = Promise.withResolvers<void>()
  let refused: string | undefined = "Sandbar is still looking for its sandboxes. Try again in a moment."
  let memory: MemoryLimit = noMemoryLimit

  const machinery: Machinery = {
    home,
    program,
    env,
    log,
    allowHttp: options.allowHttp ?? false,
    fetch: options.fetch ?? globalThis.fetch,
    now,
    startMs: options.startMs ?? 60_000,
    backoffMs: options.backoffMs ?? 1_000,
    turns: makeTurns(Math.max(4, availableParallelism())),
    memory: () => memory,
    closing: closing.signal,
  }

  const lives = makeLives(machinery)

  async function open(): Promise<void> {
    memory = await (options.findMemoryLimit ?? findMemoryLimit)({ env })
    const lock = await openHome({ home, log, closing: closing.signal, onRefused: say })
    if (!lock) return
    try {
      await Promise.all((await readSandboxes(home, log)).map((file) => lives.bear(file).looked))
      lives.emptyTrash()
      looked.resolve()
      leading.resolve()
      await keepTicking()
      await lives.ended()
    } finally {
      lock.release()
    }
  }

  const looked = Promise.withResolvers<void>()
  function say(sentence: string | undefined): void {
    refused = sentence
  }
  const opened = open().catch((error: unknown) => {
    log.error({ err: error }, "the sandboxes cannot be looked after")
    say(`Sandboxes cannot be looked after: ${(error as Error).message}`)
  })

  async function keepTicking(): Promise<void> {
    while (!closing.signal.aborted) {
      await Promise.race([Bun.sleep(tickMs), closed])
      if (lives.all().length === 0 || closing.signal.aborted) continue
      const rows = readProcesses()
      for (const life of lives.all())
        await life
          .tick(rows)
          .catch((err: unknown) =>
            log.warn({ err, sandbox: life.file().record.id }, "a sandbox's log or file"),
          )
    }
  }
  const closed = new Promise<void>((resolve) =>
    closing.signal.addEventListener("abort", () => resolve(), { once: true }),
  )

  function unavailable(): string | undefined {
    if (refused !== undefined) return refused
    try {
      accessSync(program, constants.X_OK)
      return undefined
    } catch {
      return `The opencode program ${program} cannot be run. Install OpenCode, or set SANDBAR_OPENCODE.`
    }
  }

  function requireHome(): void {
    const sentence = unavailable()
    if (sentence !== undefined) throw new Problem("sandbox.unavailable", sentence)
  }

  /** What runs or is on its way stays as it is. */
  async function startAgain(life: Life, record: SandboxRecord, template: Template): Promise<void> {
    const stored = { template: storedTemplate(template) }
    if (life.file().wanted === "data")
      await written(life.want("running", { ...stored, record, intentAt: now() }))
    else if (!life.isOnItsWay()) await written(life.want("running", stored))
  }

  async function makeNew(record: SandboxRecord, template: Template): Promise<void> {
    const { id } = record
    const file = makeSandboxFile(record, template, now())
    const birth = births.get(id) ?? makeSandboxDirectory(file, home).then((made) => void lives.bear(made))
    births.set(id, birth)
    try {
      await birth
    } finally {
      births.delete(id)
    }
  }

  return {
    name: "process",
    get capabilities() {
      const sentence = `Runs as you: it can read and change what you can, and ${memory.sentence}.`
      return {
        isolation: { is: "none" as const, sentence },
        localDirectories: true,
        ...(localServerDirectory !== undefined && { sharedDirectory: localServerDirectory }),
        limits: { cpu: false, memory: memory.enforced, storage: false },
        steps: ["queued", "cloning", "starting", "ready"] as const,
      }
    },
    unavailable,
    ready: looked.promise,
    seen: lives.seen,
    watch: lives.watch,
    list: async (owner) =>
      lives
        .all()
        .map((life) => life.file())
        .filter(
          ({ record, wanted }) => record.owner === owner && (wanted === "running" || wanted === "stopped"),
        )
        .map(({ record }) => record),
    async ensure(record, template) {
      requireHome()
      await refuseUnfit(record, machinery)
      // Twice the same wish at once: the second finds what the first has made.
      await births.get(record.id)?.catch(() => undefined)
      // What is being deleted goes first: its data was given up.
      const leaving = lives.get(record.id)
      if (leaving?.file().wanted === "nothing") await removed(leaving)
      const life = lives.get(record.id)
      if (life) await startAgain(life, record, template)
      else await makeNew(record, template)
    },
    async wake(id, template) {
      requireHome()
      await written(lives.find(id).start({ template: storedTemplate(template), intentAt: now() }))
    },
    async stop(id, { ifVersion } = {}) {
      const life = lives.find(id)
      const { wanted, version } = life.file()
      if (ifVersion !== undefined && ifVersion !== String(version)) return "changed"
      if (wanted !== "stopped") await written(life.want("stopped"))
      return "stopped"
    },
    async delete(id, { data, ifFresh }) {
      const life = lives.staying(id)
      if (!life) return "deleted"
      const { wanted, isFresh } = life.file()
      if (ifFresh && !isFresh) return "used"
      if (data === "delete") await written(life.want("nothing"))
      else if (wanted !== "data") await written(life.want("data", { keptSince: now(), isFresh: false }))
      return "deleted"
    },
    async noteUsed(id) {
      const life = lives.staying(id)
      if (!life) throw unknownSandbox()
      await written(life.noteUsed())
    },
    async change(id, { name, keepAwakeUntil }) {
      const life = lives.staying(id)
      if (!life) return
      const { record } = life.file()
      await written(
        life.change({
          ...(name !== undefined && { record: { ...record, name } }),
          ...(keepAwakeUntil !== undefined && { keepAwakeUntil }),
        }),
      )
    },
    async noteIntent(id, at) {
      const life = lives.staying(id)
      if (life && at > life.file().intentAt) await written(life.change({ intentAt: at }))
    },
    endpoint: (id) => lives.get(id)?.endpoint(),
    async *logs(id, lines) {
      const life = lives.get(id)
      if (!life) return
      for await (const line of life.log.lines(lines)) yield life.redact(line)
    },
    lead(lead) {
      void leading.promise
        .then(() => lead(closing.signal))
        .catch((err: unknown) => log.error({ err }, "the reaper ended"))
    },
    async close() {
      closing.abort()
      await opened
    },
  }
}

/** What was done and could not be written down would be undone by a restart: whoever asked has to know. */
async function written(saved: Promise<void>): Promise<void> {
  try {
    await saved
  } catch (error) {
    throw new Problem("sandbox.unavailable", cannotWrite(error), { cause: error })
  }
}

async function removed(life: Life): Promise<void> {
  const isGone = await Promise.race([life.gone.then(() => true), Bun.sleep(removalMs)])
  if (isGone) return
  const sentence = "The sandbox of this name is still being deleted. Try again in a moment."
  throw new Problem("sandbox.unavailable", sentence, { retryAfter: 10 })
}

function cannotWrite(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === "ENOSPC" ? "the disk is full" : message
  return `It cannot be written down (${why}), so a restart of Sandbar may undo it. Free some space and try again.`
}
