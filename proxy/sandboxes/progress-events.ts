// Server-sent events about one start: what it is like now, then every change, and a beat so that a connection that has
// died is noticed. Changes that come faster than they are read are told as one.

export type ProgressSource = {
  /** Undefined when there is nothing more to tell. */
  read: () => unknown
  watch: (onChange: () => void) => () => void
  signal: AbortSignal
  beatMs?: number
}

export async function* progressEvents(source: ProgressSource): AsyncGenerator<string> {
  const { read, watch, signal, beatMs = 15_000 } = source
  let changed = Promise.withResolvers<"changed">()
  const unwatch = watch(() => changed.resolve("changed"))
  const ended = Promise.withResolvers<"ended">()
  const end = () => ended.resolve("ended")
  signal.addEventListener("abort", end, { once: true })
  let last = ""
  try {
    while (!signal.aborted) {
      const now = read()
      if (now === undefined) return
      const text = JSON.stringify(now)
      yield text === last ? ": beat\n\n" : `event: progress\ndata: ${text}\n\n`
      last = text
      const beat = Promise.withResolvers<"beat">()
      const timer = setTimeout(() => beat.resolve("beat"), beatMs)
      // A change of something that is not told is no reason to speak.
      for (;;) {
        const why = await Promise.race([changed.promise, ended.promise, beat.promise])
        if (why === "changed") changed = Promise.withResolvers()
        if (why !== "changed" || JSON.stringify(read()) !== last) break
      }
      clearTimeout(timer)
    }
  } finally {
    signal.removeEventListener("abort", end)
    unwatch()
  }
}
