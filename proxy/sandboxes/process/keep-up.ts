// Makes one sandbox run and keeps it running: adopts what an earlier proxy started, else brings the checkout and
// starts the server, and starts it again when it dies. Ends with the signal, or by throwing `Failed`.
import { createServer } from "node:net"
import type { Failure, Step } from "../../../shared/sandboxes.ts"
import { bringCheckout } from "./bring-checkout.ts"
import { crashFailure, Failed, memoryFailure, startedAgain, unhealthyFailure } from "./failures.ts"
import { type LifeState, resting } from "./life-state.ts"
import type { Machinery } from "./machinery.ts"
import type { Places } from "./places.ts"
import { prepareEnvironment } from "./sandbox-environment.ts"
import type { SandboxLog } from "./sandbox-log.ts"
import { findServer, isReady, type ServerRun, startServer } from "./server-run.ts"
import { type ProcessFile, type SandboxFile, writeStored } from "./stored-files.ts"

export type KeepUpOptions = {
  file: () => SandboxFile
  places: Places
  log: SandboxLog
  machinery: Machinery
  signal: AbortSignal
  publish: (change: Partial<LifeState>) => void
  onRun: (run: ServerRun) => void
  looked: () => void
  endRun: () => Promise<void>
}

const restarts = 3
const mostPortTries = 5
/** After a minute of health, the next death is news and not the same trouble again. */
const stableMs = 60_000
const detailLines = 20

export async function keepUp(options: KeepUpOptions): Promise<void> {
  const { signal } = options
  const steps = makeSteps(options)
  let adopted = await adopt(options, steps)
  let crashes = 0
  for (let portTries = 0; !signal.aborted; adopted = undefined) {
    const { run, readyAt } = adopted
      ? { run: adopted, readyAt: await becomesReady(adopted, options) }
      : await startOnce(options, steps)
    if (signal.aborted) return
    if (readyAt !== undefined) await stayUp(run, options, steps)
    else if (run.isAlive()) throw new Failed(await unhealthy(run, options))
    if (signal.aborted) return
    if (readyAt === undefined && portTries < mostPortTries && (await isTaken(run.file.port))) {
      portTries += 1
      continue
    }
    const healthyMs = readyAt === undefined ? 0 : options.machinery.now() - readyAt
    crashes = healthyMs > stableMs ? 1 : crashes + 1
    await waitAfterCrash(run, crashes, options)
  }
}

type Steps = {
  entered: () => ProcessFile["entered"]
  enter: (step: Step) => void
  /** When this start began; restarts after a crash belong to it. */
  startedAt: () => number
  /** Goes on with those of an earlier proxy. */
  takeOver: (file: ProcessFile) => void
}

function makeSteps({ machinery, publish }: KeepUpOptions): Steps {
  let startedAt = machinery.now()
  let entered: ProcessFile["entered"] = { queued: startedAt }
  publish({ ...resting, entered, startedAt })
  return {
    entered: () => entered,
    enter: (step) => {
      entered = { ...entered, [step]: entered[step] ?? machinery.now() }
      publish({ step, entered, detail: undefined })
    },
    startedAt: () => startedAt,
    takeOver: (file) => {
      ;({ startedAt, entered } = file)
      publish({ step: "starting", entered, startedAt })
    },
  }
}

async function adopt(options: KeepUpOptions, steps: Steps): Promise<ServerRun | undefined> {
  const run = await findServer(options.places, options.machinery.closing)
  if (run) {
    steps.takeOver(run.file)
    options.onRun(run)
  } else options.looked()
  return run
}

async function startOnce(
  options: KeepUpOptions,
  steps: Steps,
): Promise<{ run: ServerRun; readyAt: number | undefined }> {
  const { machinery, signal, log, places } = options
  await options.endRun()
  return machinery.turns(signal, async () => {
    const directory = await bringCheckout({
      record: options.file().record,
      places,
      log,
      env: machinery.env,
      allowHttp: machinery.allowHttp,
      onCloning: () => steps.enter("cloning"),
      onProgress: (detail) => options.publish({ detail }),
      signal,
    })
    signal.throwIfAborted()
    steps.enter("starting")
    await log.append(`${startLine} ${new Date(machinery.now()).toISOString()}\n`)
    const run = await start(directory, options, steps)
    options.onRun(run)
    return { run, readyAt: await becomesReady(run, options) }
  })
}

function start(directory: string, options: KeepUpOptions, steps: Steps): Promise<ServerRun> {
  const { machinery, places, log } = options
  const { template, mark, record } = options.file()
  return startServer({
    id: record.id,
    program: machinery.program,
    directory,
    places,
    log,
    environment: (password) =>
      prepareEnvironment({
        env: machinery.env,
        template,
        places,
        password,
        mark,
        onLeftOut: (err) =>
          machinery.log.warn({ err, sandbox: record.id }, "not everything could come along into a sandbox"),
      }),
    memory: machinery.memory(),
    memoryBytes: template.memoryBytes,
    startedAt: steps.startedAt(),
    entered: steps.entered(),
  })
}

/** Gives when; undefined when it ended, hung, or the signal came. */
async function becomesReady(run: ServerRun, options: KeepUpOptions): Promise<number | undefined> {
  const { machinery, signal } = options
  const deadline = machinery.now() + machinery.startMs
  // The first connection that is taken may be one of those that OpenCode never answers: giving it up soon costs little,
  // and on a busy machine the later ones have the time that they need. Refused ones say nothing of that.
  let patienceMs = 200
  while (run.isAlive() && !signal.aborted && machinery.now() < deadline) {
    const asked = performance.now()
    const ready = await isReady(run, machinery.fetch, patienceMs)
    if (ready) return machinery.now()
    if (performance.now() - asked > patienceMs / 2) patienceMs = Math.min(patienceMs * 1.5, 2_000)
    options.looked()
    await Promise.race([Bun.sleep(100), run.exited])
  }
  options.looked()
  return undefined
}

async function stayUp(run: ServerRun, options: KeepUpOptions, steps: Steps): Promise<void> {
  const { publish, places, signal } = options
  steps.enter("ready")
  publish({ up: true, failure: undefined })
  options.looked()
  // An adopted one is to tell the same times. That it runs is written down already, should this fail.
  await writeStored(places.processFile, { ...run.file, entered: steps.entered() }).catch(() => undefined)
  await Promise.race([run.exited, aborted(signal)])
  if (!signal.aborted) publish({ up: false, step: "starting", usage: undefined })
}

async function waitAfterCrash(run: ServerRun, crashes: number, options: KeepUpOptions): Promise<void> {
  const { machinery, publish, signal } = options
  const lines = await lastLines(run, options)
  const ranOut = await machinery.memory().ranOut(options.file().record.id)
  const how = await run.exited
  const failure = ranOut ? memoryFailure(lines) : crashFailure(how, lines)
  if (crashes > restarts) throw new Failed(failure)
  publish({ up: false, step: "starting", failure: { ...startedAgain(failure, how), terminal: false } })
  await Promise.race([Bun.sleep(machinery.backoffMs * 2 ** (crashes - 1)), aborted(signal)])
}

async function unhealthy(run: ServerRun, options: KeepUpOptions): Promise<Failure> {
  return unhealthyFailure(options.machinery.startMs / 1_000, await lastLines(run, options))
}

const startLine = "Starting opencode serve at"

/** Of this run alone. */
async function lastLines(run: ServerRun, { log }: KeepUpOptions): Promise<string[]> {
  const lines = await log.tail(detailLines)
  const since = lines.slice(lines.findLastIndex((line) => line.startsWith(startLine)) + 1)
  return since.map((line) => line.replaceAll(run.file.password, "…"))
}

/** OpenCode does not say why it could not listen, so we look. */
function isTaken(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const trial = createServer()
  trial.once("error", () => resolve(true))
  trial.listen(port, "127.0.0.1", () => trial.close(() => resolve(false)))
  return promise
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))
}
