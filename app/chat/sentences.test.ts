import type { AssistantMessage } from "@opencode-ai/sdk/v2/client"
import { expect, test } from "vitest"
import { errorSentence, retrySentence, wasStopped } from "./sentences.ts"

type MessageError = NonNullable<AssistantMessage["error"]>

test("a stopped answer is calm", () => {
  const stopped: MessageError = {
    name: "MessageAbortedError",
    data: { message: "The operation was aborted." },
  }
  expect(wasStopped(stopped)).toBe(true)
  expect(errorSentence(stopped)).toBe("Stopped.")
  expect(wasStopped({ name: "UnknownError", data: { message: "x" } })).toBe(false)
})

test("an error says what the provider said, and what to do where that is known", () => {
  expect(errorSentence({ name: "APIError", data: { message: "Quota used up", isRetryable: false } })).toBe(
    "Quota used up.",
  )
  expect(
    errorSentence({ name: "ProviderAuthError", data: { providerID: "acme", message: "Bad key." } }),
  ).toContain("opencode auth login")
})

test("an error of a shape that we have not met still gives a sentence", () => {
  for (const data of [undefined, null, "text", {}, { message: 7 }]) {
    const error = { name: "FutureError", data } as unknown as MessageError
    expect(errorSentence(error)).toBe("The model's provider failed without saying why. Try again.")
  }
})

test("a retry names the model, says what to do, and counts down to the next attempt", () => {
  const status = { type: "retry" as const, attempt: 2, message: "rate limited", next: 10_000 }
  expect(retrySentence(status, "acme/large", 5_400)).toBe(
    "acme/large takes no more requests now: rate limited. Wait, or choose another model. Attempt 3 in 5 s.",
  )
  expect(retrySentence(status, "", 12_000)).toMatch(/^The model takes no more .* Attempt 3 now\.$/)
})

test("a provider that the server cannot reach is a matter of its network, whatever words it used", () => {
  for (const message of [
    "Cannot connect to API: Was there a typo in the url or port?",
    "fetch failed",
    "connect ECONNREFUSED 127.0.0.1:1",
    "getaddrinfo ENOTFOUND api.acme.example",
  ]) {
    expect(retrySentence({ type: "retry", attempt: 1, message, next: 0 }, "acme/large", 0)).toBe(
      "The provider of acme/large cannot be reached from the server: check its network, or choose another model. Attempt 2 now.",
    )
  }
})

test("what a provider says in words of its own is passed on", () => {
  const status = { type: "retry" as const, attempt: 1, message: "Internal error 7", next: 0 }
  expect(retrySentence(status, "acme/large", 0)).toContain("acme/large did not answer: Internal error 7.")
})
