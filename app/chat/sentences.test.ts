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

test("a retry counts down and says why", () => {
  const status = { type: "retry" as const, attempt: 2, message: "rate limited", next: 10_000 }
  expect(retrySentence(status, 5_400)).toBe("Retrying in 5 s: rate limited.")
  expect(retrySentence(status, 12_000)).toBe("Retrying now: rate limited.")
})
