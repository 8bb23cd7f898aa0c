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

export type Retry = Extract<SessionStatus, { type: "retry" }>

/** "acme/large does not answer: rate limited. Wait, or choose another model. Attempt 3 in 5 s." */
export function retrySentence(status: Retry, model: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((status.next - now) / 1000))
  const when = seconds === 0 ? "now" : `in ${seconds} s`
  return `${causeOf(status, model || "The model")} Attempt ${status.attempt + 1} ${when}.`
}

const unreachable =
  /cannot connect|unable to connect|fetch failed|connection (?:refused|reset|error)|network|socket|timed? ?out|E(?:CONN|NOTFOUND|AI_AGAIN|HOSTUNREACH)/i
const tooMany = /rate.?limit|too many requests|overloaded|quota|capacity|\b(?:429|529)\b/i

function causeOf(status: Retry, model: string): string {
  const said = sentence(status.message)
  if (unreachable.test(said)) {
    return `The provider of ${model} cannot be reached from the server: check its network, or choose another model.`
  }
  if (tooMany.test(said)) return `${model} takes no more requests now: ${said} Wait, or choose another model.`
  return `${model} did not answer: ${said || "its provider gave no reason."} Choose another model if this goes on.`
}
