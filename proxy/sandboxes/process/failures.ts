// Why a sandbox does not start, in words; what git says is in git-words.ts.
import type { Failure } from "../../../shared/sandboxes.ts"

/** Thrown within a start: it goes no further until a person does something. */
export class Failed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.sentence)
    this.name = "Failed"
    this.failure = failure
  }
}

const mostBytes = 8_000

export function crashFailure(how: string, lines: readonly string[]): Failure {
  return {
    code: "crash",
    step: "starting",
    sentence: `OpenCode does not stay up. ${how} Its last lines are in the details.`,
    remedies: ["retry", "edit", "delete"],
    details: [...lines, how].join("\n").slice(-mostBytes),
  }
}

export function memoryFailure(lines: readonly string[]): Failure {
  return {
    code: "out-of-memory",
    step: "starting",
    sentence:
      "It used more memory than the template allows and was ended. Try less at once, or a larger template.",
    remedies: ["retry", "edit", "operator"],
    details: lines.join("\n").slice(-mostBytes),
  }
}

export function unhealthyFailure(seconds: number, lines: readonly string[]): Failure {
  return {
    code: "unhealthy",
    step: "starting",
    sentence: `OpenCode was started and did not answer within ${seconds} seconds.`,
    remedies: ["retry", "operator", "delete"],
    details: lines.join("\n").slice(-mostBytes),
  }
}

export function missingDirectory(directory: string): Failure {
  return {
    code: "gone",
    step: "queued",
    sentence: `The directory ${directory} does not exist any more, or cannot be entered.`,
    remedies: ["retry", "delete"],
    details: directory,
  }
}

export function missingGit(): Failure {
  return {
    code: "clone",
    step: "cloning",
    sentence: "There is no git program on the machine that Sandbar runs on. Install git and try again.",
    remedies: ["retry", "operator", "delete"],
    details: "git was not found on the PATH.",
  }
}

/** It is started again at once: what went wrong may never come back. */
export function startedAgain(failure: Failure, how: string): Failure {
  const reason = failure.code === "out-of-memory" ? "It used more memory than the template allows." : how
  return { ...failure, sentence: `OpenCode ended; starting it again. ${reason}` }
}

/** What the system itself refused. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failed) return error.failure
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  const full = code === "ENOSPC" || code === "EDQUOT"
  return {
    code: full ? "disk-full" : "driver",
    step: "starting",
    sentence: full
      ? "The disk of the machine that Sandbar runs on is full. Free some space and try again."
      : "The sandbox could not be started on this machine; the system's words are in the details.",
    remedies: full ? ["free", "retry", "delete"] : ["retry", "operator", "delete"],
    details: message.slice(0, mostBytes),
  }
}
