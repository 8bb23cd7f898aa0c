// Why a sandbox cannot be reached, in one sentence each.
import { Problem } from "../../shared/problems.ts"
import type { View } from "./progress.ts"

/** The same words whether it never existed or is somebody else's: nobody learns which ids are in use. */
export function unknownSandbox(): Problem {
  return new Problem("sandbox.unknown", "There is no such sandbox. It may have been deleted.")
}

/** Throws unless requests can be sent there now. They never wake: a tab that listens would keep everything awake. */
export function requireReady({ state, failure }: View): void {
  switch (state) {
    case "ready":
      return
    case "starting":
      throw startingSandbox()
    case "failed":
      throw new Problem("sandbox.failed", failure?.sentence ?? "The sandbox does not start.")
    case "stopping":
    case "stopped":
      throw new Problem("sandbox.stopped", "The sandbox is asleep. Wake it to go on; its data is kept.")
    case "deleting":
      throw unknownSandbox()
  }
}

/** Before everything was seen once, nobody knows what exists: a sandbox that runs must not be called deleted. */
export function notSeenYet(why: string | undefined): Problem {
  const detail =
    why ?? "Sandbar has just started and is still looking for its sandboxes. Try again in a moment."
  return new Problem("sandbox.starting", detail, { retryAfter: 2 })
}

export function startingSandbox(): Problem {
  return new Problem("sandbox.starting", "The sandbox is starting. Try again in a moment.", { retryAfter: 2 })
}

export function wrongName(name: string): Problem {
  const detail = `Type the name “${name}” to delete its data. Nothing was deleted.`
  return new Problem("sandbox.malformed", detail, { field: "name" })
}

/** What was to be deleted without its name, as a start is that nobody wants any more. */
export function inUse(name: string): Problem {
  const detail = `It has been ready, so there may be work in it: type the name “${name}” to delete its data. Nothing was deleted.`
  return new Problem("sandbox.malformed", detail, { field: "name" })
}
