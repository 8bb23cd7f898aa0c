// What was cancelled is removed by whoever cancelled it. Where that proxy ended on the way, whoever leads goes on with it:
// else the pod would run for hours, and let nobody in.
import type { Log } from "../../log.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { isCancelled } from "./fresh.ts"
import type { SandboxParts } from "./observe.ts"
import { pause } from "./pause.ts"
import type { SandboxStore } from "./sandbox-store.ts"
import { recordOf } from "./stored-record.ts"
import { removeAll } from "./take-away.ts"

export type FinishDeps = {
  api: ClusterApi
  store: SandboxStore
  key: Uint8Array
  /** By id: all that is known. */
  seen: ReadonlyMap<string, unknown>
  log: Pick<Log, "warn">
}

const roundMs = 10_000

/** Until the signal. Never rejects. */
export async function finishCancelled(deps: FinishDeps, signal: AbortSignal): Promise<void> {
  /** The volumes of which it was logged that they cannot be removed. */
  const warned = new Set<string | undefined>()
  while (!signal.aborted) {
    for (const id of [...deps.seen.keys()]) {
      if (signal.aborted) return
      await finish(deps, id, warned)
    }
    await pause(roundMs, signal)
  }
}

async function finish(
  { api, store, key, log }: FinishDeps,
  id: string,
  warned: Set<string | undefined>,
): Promise<void> {
  const parts = store.parts(id)
  if (!parts?.claim || !isHalfDone(parts)) return
  const { claim, namespace } = parts
  // One that we did not make says nothing, whatever is written on it.
  const record = recordOf(claim, key)
  if (!record) return
  try {
    await removeAll({ api, store }, { record, namespace, key }, claim)
  } catch (err) {
    if (!warned.has(claim.metadata?.uid))
      log.warn({ err, sandbox: id }, "a cancelled start cannot be removed; trying again")
    warned.add(claim.metadata?.uid)
  }
}

/** A volume that is mounted takes its time after everything was asked for. */
function isHalfDone({ claim, statefulSet }: SandboxParts): boolean {
  if (!claim || !isCancelled(claim)) return false
  const runs = statefulSet !== undefined && !statefulSet.metadata?.deletionTimestamp
  return runs || !claim.metadata?.deletionTimestamp
}
