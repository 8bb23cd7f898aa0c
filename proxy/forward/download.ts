// An answer's body on its way to the client.
import { Problem } from "../../shared/problems.ts"

/**
 * The same bytes at the client's pace. When the target breaks off, the client's connection is reset: a clean
 * end would pass half an answer off as a whole one. Bun resets by itself too, but first prints the error with
 * the whole URL, and queries are not for logs.
 */
export function passAnswer(response: Response, onCut: () => void): Response {
  if (response.body === null) return response
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch {
        onCut()
        controller.error(new Problem("target.invalid", "The server broke off in the middle of its answer."))
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, response)
}
