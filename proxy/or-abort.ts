/** Looking up a name and shaking hands take their own time, whatever a signal says; whoever waits does not. */
export function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, stopped])
}
