// What git says while it clones, for people: how far it is, and what went wrong.
import type { Failure, Remedy } from "../../../shared/sandboxes.ts"

/** `Receiving objects: 45%`, or undefined for a line that tells nothing of the kind. */
export function progressOf(line: string): string | undefined {
  const [, what, percent] = /^(?:remote: )?([A-Z][a-z]+ [a-z]+):\s+(\d{1,3})%/.exec(line.trim()) ?? []
  return what && `${what}: ${percent}%`
}

/** Addresses may carry a password: the person's git settings can rewrite ours. */
export function withoutCredentials(text: string): string {
  return text.replace(/(\w+:\/\/)[^\s/]+@/g, "$1…@")
}

/** `{name}` in the sentence is what the words call so. */
type Known = { words: RegExp; sentence: string; remedies: Remedy[]; code?: Failure["code"] }

/** What we say ourselves when git takes too much, or too long. */
export const noRoom = "Sandbar ended git: the disk is nearly full."
export const tooLong = (minutes: number) => `Sandbar ended git after ${minutes} minutes.`

const known: readonly Known[] = [
  {
    words: /^Sandbar ended git after/m,
    sentence:
      "The repository did not arrive in time: it is too large, or its host too slow. Try again, or take a smaller one.",
    remedies: ["retry", "edit", "delete"],
  },
  {
    words: /No space left on device|Disk quota exceeded|^Sandbar ended git: the disk/im,
    code: "disk-full",
    sentence: "The disk is full, so the repository could not be cloned. Free some space and try again.",
    remedies: ["free", "retry", "delete"],
  },
  {
    words: /Remote branch (?<name>\S+) not found/i,
    sentence: "The repository has no branch of the name {name}. Check the branch.",
    remedies: ["edit", "delete"],
  },
  {
    words: /Could not resolve host/i,
    sentence:
      "The name of the repository's host does not resolve. Check the address and this machine's network.",
    remedies: ["retry", "edit", "delete"],
  },
  {
    words:
      /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|error: 40[13]/i,
    sentence:
      "The repository wants a sign-in, or does not exist. Sign in with git on this machine, or check the address.",
    remedies: ["edit", "retry", "delete"],
  },
  {
    words: /repository .* not found|error: 404|does not appear to be a git repository/i,
    sentence: "There is no repository at this address. Check it.",
    remedies: ["edit", "retry", "delete"],
  },
  {
    words: /transport '.*' not allowed/i,
    sentence:
      "Only https is allowed, and git was led elsewhere: by a redirect, or by an insteadOf in this machine's git settings.",
    remedies: ["edit", "operator", "delete"],
  },
  {
    words: /certificate|SSL/i,
    sentence: "The certificate of the repository's host is not trusted by this machine.",
    remedies: ["operator", "edit", "delete"],
  },
]

const otherwise = {
  sentence: "git could not clone the repository; its own words are in the details. Check address and branch.",
  remedies: ["retry", "edit", "delete"] satisfies Remedy[],
}

const mostBytes = 8_000

export function cloneFailure(words: readonly string[]): Failure {
  const details = withoutCredentials(words.slice(-20).join("\n")).slice(-mostBytes)
  const is: Omit<Known, "words"> & { words?: RegExp } =
    known.find((each) => each.words.test(details)) ?? otherwise
  const name = is.words?.exec(details)?.groups?.name ?? ""
  const sentence = is.sentence.replace("{name}", () => `“${name}”`)
  return { code: is.code ?? "clone", step: "cloning", sentence, remedies: [...is.remedies], details }
}
