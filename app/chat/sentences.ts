// What went wrong with an answer, in words a person can act on.
import type { AssistantMessage, SessionStatus } from "@opencode-ai/sdk/v2/client"

type MessageError = NonNullable<AssistantMessage["error"]>

/** Stopping is what the person asked for, so it is no error. */
export function wasStopped(error: MessageError): boolean {
  return error.name === "MessageAbortedError"
}

export function errorSentence(error: MessageError): string {
  const message = messageOf(error)
  switch (error.name) {
    case "MessageAbortedError":
      return "Stopped."
    case "ProviderAuthError":
      return `The provider ${error.data.providerID} refused the sign-in: ${message} Run "opencode auth login" where the server runs.`
    case "MessageOutputLengthError":
      return "The answer reached the model's output limit and was cut off. Ask it to continue."
    case "ContextOverflowError":
      return `The session is longer than the model can read. Start a new session, or pick a model with a larger context. ${message}`.trim()
    default:
      return message || "The model's provider failed without saying why. Try again."
  }
}

/** Servers newer than our types may send other shapes. */
function messageOf(error: MessageError): string {
  const data: unknown = error.data
  if (typeof data !== "object" || data === null || !("message" in data)) return ""
  return typeof data.message === "string" ? sentence(data.message) : ""
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return trimmed === "" || /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

/** "Retrying in 5 s: rate limited." */
export function retrySentence(status: Extract<SessionStatus, { type: "retry" }>, now: number): string {
  const seconds = Math.max(0, Math.ceil((status.next - now) / 1000))
  const when = seconds === 0 ? "now" : `in ${seconds} s`
  return `Retrying ${when}: ${sentence(status.message) || "the provider did not answer."}`
}
