// The API server's refusals as Problems: what the person who pressed the button reads.
import { Problem } from "../../../shared/problems.ts"
import { StatusError, UnreachableError } from "./api-error.ts"
import { refusalOf } from "./refusal.ts"

const busySentence = "The cluster's API server is too busy. Try again in a moment."
const downSentence = "The cluster's API server does not answer now. Try again in a moment."

/** Anything else is a bug and stays one. */
export function asProblem(error: unknown, namespace: string): unknown {
  if (error instanceof UnreachableError)
    return new Problem("sandbox.unavailable", downSentence, { retryAfter: 5, cause: error })
  if (!(error instanceof StatusError)) return error
  if (error.code === 429 || error.code >= 500) {
    // The API server itself is well: a check that it has to ask first is not.
    const isCheck = /failed calling webhook/.test(error.message)
    const sentence = isCheck ? refusalOf(error.message, namespace).sentence : busySentence
    return new Problem("sandbox.unavailable", sentence, {
      retryAfter: error.retryAfterSeconds ?? 5,
      cause: error,
    })
  }
  if (error.code === 401)
    return new Problem(
      "sandbox.unavailable",
      "The cluster does not accept Sandbar's credentials. An operator has to renew them.",
      { cause: error },
    )
  return new Problem("sandbox.refused", refusalOf(error.message, namespace).sentence, { cause: error })
}

/** Why nothing can be done now; undefined when the connection is as it should be. */
export function troubleInWords(error: unknown): string | undefined {
  if (error === undefined) return undefined
  if (error instanceof UnreachableError) return downSentence
  const problem = asProblem(error, "")
  if (problem instanceof Problem) return problem.detail
  return `The cluster cannot be asked: ${error instanceof Error ? error.message : String(error)}`
}
