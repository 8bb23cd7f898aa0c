import { expect, test } from "vitest"
import { problem } from "../../tests/fakes/sandbox-api.ts"
import { makeTestClock, settle } from "../../tests/fakes/test-clock.ts"
import { FormFailure, makeSandboxRequests } from "./sandbox-requests.ts"

const signal = new AbortController().signal
const over = (response: () => Response) => makeSandboxRequests(async () => response(), makeTestClock())

test("a refusal carries the proxy's sentence and the field that it is about", async () => {
  const { spawn } = over(() => problem(400, "sandbox.malformed", "This is no branch.", "branch"))
  const failure = await spawn({ template: "small", name: "a" }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(FormFailure)
  expect(failure).toMatchObject({ message: "This is no branch.", field: "branch", code: "sandbox.malformed" })
})

test("an answer that this page does not understand asks for a reload", async () => {
  await expect(over(() => Response.json({ sandboxes: "none" })).list(signal)).rejects.toThrow(
    "Reload the page",
  )
})

test("a gateway that sends people to its sign-in is not followed, and is said", async () => {
  const sent: RequestInit[] = []
  const requests = makeSandboxRequests(async (_, init = {}) => {
    sent.push(init)
    return new Response("<html>", { status: 302, headers: { location: "https://elsewhere.test/" } })
  }, makeTestClock())
  await expect(requests.offer(signal)).rejects.toThrow("sign in")
  expect(sent[0]?.redirect).toBe("manual")
})

test("an answer that never comes is given up and said", async () => {
  const clock = makeTestClock()
  const requests = makeSandboxRequests(() => new Promise(() => undefined), clock)
  const ended = requests.stop("sb-aaaaaaaaaaaa").catch((error: Error) => error.message)
  await settle()
  await clock.advance(60_000)
  expect(await ended).toBe("The server did not answer in time. Try again.")
})

test("what a person typed travels in bodies and queries, never as a path", async () => {
  const asked: string[] = []
  const requests = makeSandboxRequests(async (input) => {
    asked.push(input)
    return Response.json({ branches: [], default: null, more: false })
  }, makeTestClock())
  await requests.branches(
    { repository: "https://git.test/a/../b?c&template=evil", template: "small" },
    signal,
  )
  expect(asked).toEqual([
    "/api/sandboxes/branches?repository=https%3A%2F%2Fgit.test%2Fa%2F..%2Fb%3Fc%26template%3Devil&template=small",
  ])
})
