// A request body on its way to a target. Bun's idle timeout is off while we forward, and Bun does not notice a
// client that leaves while nobody reads from it. So whoever stands still, client or target, would hold the
// other one's connection for ever.

/** `client` sends no more, `target` takes no more, or there is more than anybody may send. */
export type UploadFault = "client" | "target" | "too-large"

export type UploadOptions = {
  stallMs: number
  mostBytes: number
  /** Aborted when nobody wants the rest: the target has gone, or the client. */
  signal: AbortSignal
  onFault: (fault: UploadFault) => void
  onBytes: (count: number) => void
}

/** The same bytes; calls `onFault` once when none have passed for `stallMs`, or too many. */
export function watchUpload(
  body: ReadableStream<Uint8Array>,
  { stallMs, mostBytes, signal, onFault, onBytes }: UploadOptions,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let waitingFor: "client" | "target" = "target"
  let passed = 0
  const timer = setTimeout(() => onFault(waitingFor), stallMs)
  // Left running, it would hold the body and everything around it until it rings.
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true })
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      timer.refresh()
      waitingFor = "client"
      try {
        const { done, value } = await reader.read()
        waitingFor = "target"
        if (done) {
          clearTimeout(timer)
          return controller.close()
        }
        timer.refresh()
        passed += value.length
        onBytes(value.length)
        if (passed <= mostBytes) return controller.enqueue(value)
        clearTimeout(timer)
        onFault("too-large")
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
