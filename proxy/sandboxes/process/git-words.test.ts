import { expect, test } from "vitest"
import { cloneFailure, progressOf, tooLong, withoutCredentials } from "./git-words.ts"

test("progress is told by what is done and how far; other lines are not progress", () => {
  expect(progressOf("Receiving objects:  45% (450/1000), 1.20 MiB | 2.00 MiB/s")).toBe(
    "Receiving objects: 45%",
  )
  expect(progressOf("remote: Counting objects: 100% (9/9), done.")).toBe("Counting objects: 100%")
  expect(progressOf("Cloning into 'checkout'...")).toBeUndefined()
})

test("passwords in addresses are left out", () => {
  expect(withoutCredentials("fatal: unable to access 'https://ada:s3cret@git.example/x/'")).toBe(
    "fatal: unable to access 'https://…@git.example/x/'",
  )
  expect(withoutCredentials("fatal: https://ada:p@ss@git.example/x@y")).toBe(
    "fatal: https://…@git.example/x@y",
  )
})

test.each([
  ["fatal: write error: No space left on device", "disk-full", /Free some space/],
  [
    "fatal: Remote branch $& not found in upstream origin",
    "clone",
    /no branch of the name “\$&”\. Check the branch/,
  ],
  ["fatal: unable to access 'https://x/': Could not resolve host: x", "clone", /does not resolve/],
  ["fatal: could not read Username for 'https://x': terminal prompts disabled", "clone", /sign-in/],
  ["fatal: repository 'https://x/y/' not found", "clone", /no repository/],
  ["fatal: transport 'ssh' not allowed", "clone", /Only https/],
  ["fatal: SSL certificate problem: self-signed certificate", "clone", /certificate/],
  [tooLong(30), "clone", /did not arrive in time/],
  ["fatal: something new", "clone", /its own words/],
])("%s becomes %s with a sentence, and stays readable in the details", (line, code, sentence) => {
  const failure = cloneFailure(["Cloning into 'checkout'...", line])
  expect(failure).toMatchObject({ code, step: "cloning", sentence: expect.stringMatching(sentence) })
  expect(failure.details).toContain(line)
  expect(failure.remedies.length).toBeGreaterThan(0)
})

test("only the last twenty lines are kept", () => {
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`)
  expect(cloneFailure(lines).details.split("\n")).toEqual(lines.slice(30))
})
