// The steps of a start as a person reads them.
import type { FailureCode, Remedy, Step } from "../../shared/sandboxes.ts"

const names = {
  queued: "Accept",
  volume: "Prepare the storage",
  scheduled: "Find a place to run",
  pulling: "Pull the image",
  cloning: "Clone the repository",
  starting: "Start OpenCode",
  ready: "Ready",
} as const satisfies Record<Step, string>

export function stepName(step: Step): string {
  return names[step]
}

const doing = {
  queued: "waiting to be taken up",
  volume: "preparing its storage",
  scheduled: "looking for a place to run",
  pulling: "pulling its image",
  cloning: "cloning the repository",
  starting: "waiting for OpenCode to answer",
  ready: "almost ready",
} as const satisfies Record<Step, string>

/** For where only one sentence has room. */
export function startingSentence(step: Step): string {
  return `It is starting: ${doing[step]}.`
}

const remedyLabels = {
  retry: "Try again",
  edit: "Edit and spawn again",
  free: "Free something",
  operator: "Copy message for the operator",
  force: "Give up the old one and start anew",
  delete: "Delete sandbox",
} as const satisfies Record<Exclude<Remedy, "wait">, string>

/** Waiting is no button: it happens by itself. */
export function remedyLabel(remedy: Exclude<Remedy, "wait">): string {
  return remedyLabels[remedy]
}

/** What a person sends to whoever runs this installation. */
export function operatorMessage(
  failure: { code: FailureCode; step: Step; sentence: string; details: string },
  sandbox: { id: string; template: string; repository: string | null },
): string {
  const lines = [
    `A sandbox of Sandbar does not start: ${failure.sentence}`,
    "",
    `Sandbox: ${sandbox.id}`,
    `Template: ${sandbox.template}`,
    ...(sandbox.repository ? [`Repository: ${sandbox.repository}`] : []),
    `Step: ${failure.step}, code: ${failure.code}`,
  ]
  return [...lines, ...(failure.details ? ["", failure.details] : [])].join("\n")
}
