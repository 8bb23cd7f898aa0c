// An answer's body on its way to the client.

export type DownloadOptions = {
  onBytes: (count: number) => void
  /** Called once: everything was passed on, or somebody ended it early, or the target broke off (`cut`). */
  onEnd: (how: "whole" | "left" | "cut") => void
  /** For an answer without an end of its own: takes what ends it cleanly when we stop. */
  onStop?: (end: () => void) => () => void
}

/** Up to this size a body is read first and sent in one piece; what a target cuts short is then a plain 502. */
const small = 16_384

export async function passAnswer(response: Response, options: DownloadOptions): Promise<Response> {
  const { body } = response
  const length = response.headers.get("content-length")
  if (body !== null && (length === null || Number(length) > small))
    return new Response(passBody(body, options), response)
  const bytes = body && (await response.arrayBuffer())
  options.onBytes(bytes?.byteLength ?? 0)
  options.onEnd("whole")
  return bytes ? new Response(bytes, response) : response
}

/**
 * The same bytes at the client's pace. When the target breaks off, the client's connection is reset: a clean
 * end would pass half an answer off as a whole one. Bun resets by itself too, but first prints the error with
 * the whole URL, and queries are not for logs; without a reason it prints nothing.
 */
function passBody(
  body: ReadableStream<Uint8Array>,
  { onBytes, onEnd, onStop }: DownloadOptions,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let ended = false
  let forget: (() => void) | undefined
  const end = (how: "whole" | "left" | "cut") => {
    if (ended) return
    ended = true
    forget?.()
    onEnd(how)
  }
  const source: UnderlyingDefaultSource<Uint8Array> = {
    start(controller) {
      forget = onStop?.(() => {
        end("left")
        controller.close()
        void reader.cancel()
      })
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (ended) return
        if (value) {
          onBytes(value.length)
          controller.enqueue(value)
        }
        if (done) {
          end("whole")
          controller.close()
        }
      } catch {
        end("cut")
        controller.error()
      }
    },
    cancel: (reason) => {
      end("left")
      return reader.cancel(reason)
    },
  }
  // Nothing is read ahead: Bun prints an error that comes before it has begun to pass the stream on.
  return new ReadableStream(source, { highWaterMark: 0 })
}
