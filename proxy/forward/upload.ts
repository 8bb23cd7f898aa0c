// A request body on its way to a target. Bun's idle timeout is off while we forward, so a client that
// announces a body and then stops sending it would hold the target's connection for ever.

/** The same bytes; fails with `onStall()` when none arrive for `stallMs`. */
export function watchUpload(
  body: ReadableStream<Uint8Array>,
  stallMs: number,
  onStall: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const timer = setTimeout(onStall, stallMs)
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } finally {
        clearTimeout(timer)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
