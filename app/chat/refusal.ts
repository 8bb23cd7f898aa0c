// Which failures are the server's word on a prompt. All others mean that nobody read it, and it goes on waiting.
import { problems } from "../../shared/problems.ts"
import type { Failure } from "../connection/failure.ts"

const tooMuch = ["request.too-large", "request.headers-too-large", "request.malformed"]
const answers = [400, 404, 413, 422, 500]

export function isRefusal(failure: Failure): boolean {
  const { status, code } = failure
  // Our own word, with the reason.
  if (status === undefined) return failure.final
  if (code !== undefined && tooMuch.includes(code)) return true
  // The proxy speaks of the way to the server: a password, a stopped sandbox, a name that does not resolve.
  if (code !== undefined && (code === "gateway" || code in problems)) return false
  return answers.includes(status)
}

export function reasonOf(failure: Failure): string {
  if (!failure.isMissing) return failure.message
  return "The prompt was not sent, its session is gone: session not found on this server."
}
