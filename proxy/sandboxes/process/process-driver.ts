// Sandboxes as processes of this machine. The truth lies in SANDBAR_HOME/sandboxes, one directory each; what runs goes
// on running without us, and the next proxy over the same home finds it again.
import { accessSync, constants } from "node:fs"
import { availableParallelism } from "node:os"
import { Problem } from "../../../shared/problems.ts"
import type { Environment } from "../../config.ts"
import type { Log } from "../../log.ts"
import type { Driver, Observation, SandboxRecord } from "../driver.ts"
import { unknownSandbox } from "../refusals.ts"
import type { Template } from "../templates/template.ts"
import { type Life, makeLife } from "./life.ts"
import type { Machinery } from "./machinery.ts"
import { makeSandboxDirectory, makeSandboxFile, refuseUnfit, storedTemplate } from "./make-sandbox.ts"
import { findMemoryLimit, type MemoryLimit, noMemoryLimit } from "./memory-limit.ts"
import { placesOf } from "./places.ts"
import { readProcesses } from "./process-table.ts"
import { emptyTrash, openHome, readSandboxes } from "./sandboxes-home.ts"
import type { SandboxFile } from "./stored-files.ts"
import { makeTurns } from "./turns.ts"

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
  const { home, program, env, log, now = Date.now, tickMs = 10_000 } = options
  const closing = new AbortController()
  const lives = new Map<string, Life>()
  const seen = new Map<string, Observation>()
  const births = new Map<string, Promise<void>>()
  const watchers = new Set<(id: string) => void>()
  const leading = Promise.withResolvers<void>()
  let refused: string | undefined = "Sandbar is still looking for its sandboxes. Try again in a moment."
  let memory: MemoryLimit = noMemoryLimit
  let emptying = Promise.resolve()

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

  function tell(id: string): void {
    const life = lives.get(id)
    if (life) seen.set(id, life.observation())
    else seen.delete(id)
    for (const watcher of [...watchers]) watcher(id)
  }

  function bear(file: SandboxFile): Life {
    const { id } = file.record
    const onGone = (trash: string | undefined) => {
      lives.delete(id)
      tell(id)
      if (trash !== undefined) emptying = emptying.then(() => emptyTrash(home, log))
    }
    const life = makeLife({ file, places: placesOf(home, id), machinery, onChange: () => tell(id), onGone })
    lives.set(id, life)
    tell(id)
    return life
  }

  async function open(): Promise<void> {
    memory = await (options.findMemoryLimit ?? findMemoryLimit)({ env })
    const lock = await openHome({ home, log, closing: closing.signal, onRefused: say })
    if (!lock) return
    try {
      await Promise.all((await readSandboxes(home, log)).map((file) => bear(file).looked))
      emptying = emptyTrash(home, log)
      looked.resolve()
      leading.resolve()
      await keepTicking()
      await Promise.all([...lives.values()].map((life) => life.ended))
      await emptying
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
      if (lives.size === 0 || closing.signal.aborted) continue
      const rows = readProcesses()
      for (const [id, life] of lives)
        await life
          .tick(rows)
          .catch((err: unknown) => log.warn({ err, sandbox: id }, "a sandbox's log or file"))
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

  /** Undefined for what does not exist, or not for long any more. */
  function staying(id: string): Life | undefined {
    const life = lives.get(id)
    return life?.file().wanted === "nothing" ? undefined : life
  }

  /** One that a person may wake or stop. */
  function find(id: string): Life {
    const life = staying(id)
    if (!life || life.file().wanted === "data") throw unknownSandbox()
    return life
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
    const birth = births.get(id) ?? makeSandboxDirectory(file, home).then(() => void bear(file))
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
      const sentence = `Runs as you, without isolation: it can read and change what you can, and ${memory.sentence}.`
      return {
        isolation: { is: "none" as const, sentence },
        localDirectories: true,
        limits: { cpu: false, memory: memory.enforced, storage: false },
        steps: ["queued", "cloning", "starting", "ready"] as const,
      }
    },
    unavailable,
    ready: looked.promise,
    seen,
    watch(onChange) {
      watchers.add(onChange)
      return () => void watchers.delete(onChange)
    },
    list: async (owner) =>
      [...lives.values()]
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
      await written(find(id).start({ template: storedTemplate(template), intentAt: now() }))
    },
    async stop(id, { ifVersion } = {}) {
      const life = find(id)
      const { wanted, version } = life.file()
      if (ifVersion !== undefined && ifVersion !== String(version)) return "changed"
      if (wanted !== "stopped") await written(life.want("stopped"))
      return "stopped"
    },
    async delete(id, { data }) {
      const life = staying(id)
      if (!life) return
      const { wanted } = life.file()
      if (data === "delete") await written(life.want("nothing"))
      else if (wanted !== "data") await written(life.want("data", { keptSince: now() }))
    },
    async change(id, { name, keepAwakeUntil }) {
      const life = staying(id)
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
      const life = staying(id)
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
