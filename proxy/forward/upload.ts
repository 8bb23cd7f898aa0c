// A request body on its way to a target. Bun's idle timeout is off while we forward, and Bun does not notice a
// client that leaves while nobody reads from it. So whoever stands still, client or target, would hold the
// other one's connection for ever.

/** Who has to move next when nothing moves: the client sends no more, or the target takes no more. */
export type Stalled = "client" | "target"

/** The same bytes; calls `onStall` once when none have passed for `stallMs`. */
export function watchUpload(
  body: ReadableStream<Uint8Array>,
  stallMs: number,
  onStall: (who: Stalled) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let waitingFor: Stalled = "target"
  const stalled = () => onStall(waitingFor)
  let timer = setTimeout(stalled, stallMs)
  const moved = () => {
    clearTimeout(timer)
    timer = setTimeout(stalled, stallMs)
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      moved()
      waitingFor = "client"
      try {
        const { done, value } = await reader.read()
        waitingFor = "target"
        if (!done) {
          moved()
          controller.enqueue(value)
          return
        }
        clearTimeout(timer)
        controller.close()
      } catch (error) {
        clearTimeout(timer)
        throw error
      }
    },
    cancel: (reason) => {
      clearTimeout(timer)
      return reader.cancel(reason)
    },
  })
}
