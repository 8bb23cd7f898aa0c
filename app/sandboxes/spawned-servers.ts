// Sandboxes as servers of the picker: they are opened, linked to and watched like any other, and sleep besides.
import { createMemo } from "solid-js"
import type { Sandbox, SandboxState } from "../../shared/sandboxes.ts"
import type { ServerHealth } from "../servers/server-health.ts"
import type { Spawned } from "../servers/spawned.ts"
import { attempt, sandboxMenu } from "./sandbox-menu.ts"
import { newSandboxPath, sandboxPath } from "./sandbox-path.ts"
import { activityWords, sleepWords, sourceWords, stateWords } from "./sandbox-words.ts"
import type { Sandboxes } from "./sandboxes-context.ts"
import { startingSentence } from "./step-words.ts"

export function createSpawned(sandboxes: Sandboxes, goTo: (path: string) => void): Spawned {
  return {
    // What is being deleted is nobody's choice any more, least of all the first page's.
    servers: createMemo(() =>
      sandboxes
        .list()
        .filter(({ state }) => state !== "deleting")
        .map(({ name, serverUrl }) => ({ name, url: serverUrl })),
    ),
    loaded: sandboxes.loaded,
    health(id) {
      const sandbox = sandboxes.find(id)
      return sandbox && healthOf(sandbox, sandboxes.isWaking(id))
    },
    row(id) {
      const sandbox = sandboxes.find(id)
      return (
        sandbox && {
          source: sourceWords(sandbox),
          note: noteOf(sandbox, sandboxes.now()),
          isQuiet: quiet.includes(sandbox.state) && !sandboxes.isWaking(id),
          menu: () => sandboxMenu(sandboxes, sandbox, () => goTo(sandboxPath(id))),
        }
      )
    },
    lookNow: sandboxes.refresh,
    onOpen(id) {
      if (sandboxes.find(id)?.state === "stopped") attempt(sandboxes.wake(id))
    },
    onNew: () => goTo(newSandboxPath),
  }
}

/** A sleeping one is not asked, so that nobody waits for an answer that cannot come. */
function healthOf({ state, step, failure }: Sandbox, isWaking: boolean): ServerHealth | undefined {
  if (isWaking && state !== "ready") return { kind: "starting", reason: startingSentence("queued") }
  switch (state) {
    case "ready":
      return undefined
    case "starting":
      return { kind: "starting", reason: failure?.sentence ?? startingSentence(step) }
    case "stopping":
      return { kind: "stopped", reason: "It is going to sleep." }
    case "stopped":
      return { kind: "stopped", reason: "It sleeps; its files and sessions are kept. A prompt wakes it." }
    case "deleting":
      return { kind: "stopped", reason: "It is being deleted." }
    case "failed":
      return { kind: "failed", reason: failure?.sentence ?? "It does not start." }
  }
}

/** Nothing is wrong, and nothing has to be done. */
const quiet: readonly SandboxState[] = ["stopping", "stopped", "deleting"]

/** What starts or failed has a sentence of its own. */
function noteOf(sandbox: Sandbox, now: number): string | undefined {
  if (quiet.includes(sandbox.state)) return stateWords(sandbox.state).toLowerCase()
  if (sandbox.state !== "ready") return undefined
  return sleepWords(sandbox, now) ?? activityWords(sandbox, now)
}
