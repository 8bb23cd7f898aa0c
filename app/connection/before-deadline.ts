import { gone } from "../base/gone.ts"
import type { Clock } from "./clock.ts"
import { tooLate } from "./failure.ts"

/**
 * Rejects with a Failure without a status when `run` takes longer than `ms`, and aborts what it waits for. A connection
 * that went dead in silence never answers and never fails.
 */
export async function beforeDeadline<T>(
  clock: Clock,
  ms: number,
  run: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const controller = new AbortController()
  const cancel = clock.after(ms, () => controller.abort(tooLate()))
  const leave = () => controller.abort(gone)
  if (outer?.aborted) leave()
  outer?.addEventListener("abort", leave)
  // Not every part of a dead connection reacts to an abort.
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason))
  })
  try {
    return await Promise.race([run(controller.signal), aborted])
  } finally {
    cancel()
    outer?.removeEventListener("abort", leave)
  }
}
