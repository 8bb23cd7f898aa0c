// What happens now, in one sentence for whoever waits.
import type { Failure, SandboxState, Step } from "../../shared/sandboxes.ts"

const starting: Readonly<Record<Step, string>> = {
  queued: "Asking for a place to run.",
  volume: "Making room for its files.",
  scheduled: "Looking for a machine with enough room.",
  pulling: "Fetching the image; the first time on a machine this takes a while.",
  cloning: "Cloning the repository.",
  starting: "Starting OpenCode.",
  ready: "Waiting for OpenCode's first answer.",
}

const others: Readonly<Record<Exclude<SandboxState, "starting">, string>> = {
  ready: "It is ready.",
  stopping: "Stopping. Its data is kept.",
  stopped: "It is asleep. Its data is kept.",
  failed: "It does not start.",
  deleting: "It is being deleted.",
}

export function sentenceOf(
  { state, step, failure }: { state: SandboxState; step: Step; failure: Failure | null },
  detail: string | undefined,
): string {
  if (failure) return failure.sentence
  if (state !== "starting") return others[state]
  return detail ?? starting[step]
}
