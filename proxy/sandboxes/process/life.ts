// The life of one sandbox: what is wanted stands in its file, and one loop makes it so. Whoever wants something else
// changes the file and interrupts the loop, so a restart of the proxy takes the same way as a click.
import { randomBytes } from "node:crypto"
import { rename, stat } from "node:fs/promises"
import { join } from "node:path"
import type { Endpoint, Observation } from "../driver.ts"
import { bytesIn } from "./bytes-in.ts"
import { tidyCheckout } from "./clone.ts"
import { endProcesses } from "./end-processes.ts"
import { Failed, failureOf } from "./failures.ts"
import { type KeepUpOptions, keepUp } from "./keep-up.ts"
import { type LifeState, observe, resting } from "./life-state.ts"
import type { Machinery } from "./machinery.ts"
import { type Places, sandboxesDirectory, trashPrefix } from "./places.ts"
import type { ProcessRow } from "./process-table.ts"
import { makeSandboxLog, type SandboxLog } from "./sandbox-log.ts"
import { forgetServer, type ServerRun } from "./server-run.ts"
import { ProcessFileSchema, readStored, type SandboxFile, writeStored } from "./stored-files.ts"
import { makeUsageMeter } from "./usage-meter.ts"

export type Life = {
  readonly file: () => SandboxFile
  readonly observation: () => Observation
  readonly endpoint: () => Endpoint | undefined
  readonly log: SandboxLog
  /** Without the password of the server, which a program may have printed. */
  readonly redact: (line: string) => string
  /** Changes what is wanted; the loop follows. Rejects when it cannot be written down, and is done all the same. */
  want: (wanted: SandboxFile["wanted"], change?: Partial<SandboxFile>) => Promise<void>
  /** Whether it runs or will without anybody's help. */
  readonly isOnItsWay: () => boolean
  /** Wants it running; what runs already is left alone. */
  start: (change: Partial<SandboxFile>) => Promise<void>
  /** Fulfilled when it is written down that it is not fresh. */
  noteUsed: () => Promise<void>
  /** Changes the rest of the file. */
  change: (change: Partial<SandboxFile>) => Promise<void>
  /** Fulfilled when it was looked at once: what runs is found by then. */
  readonly looked: Promise<void>
  /** Fulfilled when nothing is left of it. */
  readonly gone: Promise<void>
  /** Now and then: what it uses, the size of its log, and what could not be written down. */
  tick: (rows: readonly ProcessRow[]) => Promise<void>
  /** Fulfilled when the loop has ended, after the machinery's `closing`. */
  readonly ended: Promise<void>
}

export type LifeOptions = {
  file: SandboxFile
  places: Places
  machinery: Machinery
  onChange: () => void
  /** Nothing is left of it but what was set aside to be removed. */
  onGone: (trash: string | undefined) => void
}

export function makeLife({ places, machinery, onChange, onGone, ...options }: LifeOptions): Life {
  const { closing, log: proxyLog, now } = machinery
  const log = makeSandboxLog(places.log)
  const looked = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const usage = makeUsageMeter(machinery.now)
  let file = options.file
  let state: LifeState = resting
  let run: ServerRun | undefined
  let turn = new AbortController()
  let saving = Promise.resolve()
  let unsaved = false
  /** What the disk may say still, whatever is known here. */
  let saysFresh = file.isFresh === true
  /** Somebody wanted it stopped, and what runs has not been ended since. */
  let owesEnd = false

  function publish(change: Partial<LifeState>): void {
    state = { ...state, ...change }
    onChange()
  }

  function save(): Promise<void> {
    unsaved = true
    saving = saving
      .catch(() => undefined)
      .then(async () => {
        await writeStored(places.sandboxFile, file)
        unsaved = false
      })
    return saving
  }

  function change(changed: Partial<SandboxFile>): Promise<void> {
    file = { ...file, ...changed }
    onChange()
    return save()
  }

  async function noteUsed(): Promise<void> {
    if (!saysFresh) return
    await change({ isFresh: false })
    saysFresh = false
  }

  function want(wanted: SandboxFile["wanted"], changed: Partial<SandboxFile> = {}): Promise<void> {
    file = { ...file, ...changed, wanted, version: file.version + 1 }
    if (wanted !== "running") owesEnd = true
    publish(wanted === "running" ? { ...resting, entered: { queued: now() } } : { ...resting, leaving: true })
    turn.abort()
    return save()
  }

  const isOnItsWay = () => file.wanted === "running" && !state.failure?.terminal

  function start(changed: Partial<SandboxFile>): Promise<void> {
    if (isOnItsWay()) return change({ ...changed, version: file.version + 1 })
    return want("running", changed)
  }

  async function endRun(): Promise<void> {
    run = undefined
    const leader = await readStored(places.processFile, ProcessFileSchema).catch(() => undefined)
    await endProcesses({ leader, mark: file.mark })
    await machinery.memory().clear(file.record.id)
    await forgetServer(places)
    owesEnd = false
  }

  async function beRunning(signal: AbortSignal): Promise<void> {
    const keep: KeepUpOptions = {
      file: () => file,
      places,
      log,
      machinery,
      signal,
      publish,
      onRun: (next) => {
        run = next
      },
      looked: looked.resolve,
      endRun,
    }
    try {
      // A wake right after a stop begins anew, with the template as it is now: what ran before is not taken over.
      if (owesEnd) await endRun()
      await keepUp(keep)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Failed)) proxyLog.warn({ err: error, sandbox: file.record.id }, "a start failed")
      await endRun()
      const failure = { ...failureOf(error), terminal: true }
      if (signal.aborted) return
      publish({ up: false, step: failure.step, failure, detail: undefined, startedAt: undefined })
    }
  }

  async function rest(): Promise<void> {
    publish({ ...resting, leaving: true })
    looked.resolve()
    await endRun()
    if (file.wanted === "nothing") {
      await remove()
      return
    }
    await tidyCheckout(places.directory, places.checkout)
    if (file.wanted === "running") return
    publish({ leaving: false })
    if (file.wanted === "data") publish({ dataBytes: await bytesIn(places.directory) })
  }

  /** Away under its name at once, so that half a removal is never taken for a sandbox. */
  async function remove(): Promise<void> {
    // A write that is still under way would bring a part of it back.
    await saving.catch(() => undefined)
    const name = `${trashPrefix}${file.record.id}-${randomBytes(6).toString("hex")}`
    const trash = join(sandboxesDirectory(machinery.home), name)
    const exists = (await stat(places.directory).catch(() => undefined)) !== undefined
    if (exists) await rename(places.directory, trash)
    onGone(exists ? trash : undefined)
    gone.resolve()
  }

  async function follow(): Promise<void> {
    while (!closing.aborted) {
      turn = new AbortController()
      const signal = AbortSignal.any([turn.signal, closing])
      const wanted = file.wanted
      try {
        await (wanted === "running" ? beRunning(signal) : rest())
      } catch (error) {
        proxyLog.error({ err: error, sandbox: file.record.id }, "a sandbox does not become what is wanted")
        publish({ failure: { ...failureOf(error), terminal: true } })
      }
      if (wanted === "nothing") return
      await untilAborted(signal)
    }
  }

  // What made it may still be writing its file.
  const ended = Promise.resolve().then(follow)
  return {
    file: () => file,
    observation: () => observe(file, state),
    endpoint: () => {
      if (!state.up || file.wanted !== "running" || !run?.isAlive()) return undefined
      return { origin: `http://127.0.0.1:${run.file.port}`, authorization: run.authorization }
    },
    log,
    redact: (line) => (run ? line.replaceAll(run.file.password, "…") : line),
    isOnItsWay,
    want,
    start,
    noteUsed,
    change,
    looked: looked.promise,
    gone: gone.promise,
    tick: async (rows) => {
      if (run) {
        const used = usage.measure(run.file.pid, rows, file.template.memoryBytes, machinery.memory().enforced)
        if (used.changed || state.usage === undefined) publish({ usage: used.usage })
        await log.rotate()
      }
      if (unsaved) await save()
    },
    ended,
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))
}
