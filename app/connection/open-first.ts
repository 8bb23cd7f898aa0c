// Opens the same stream on several connections at once, and keeps the one that is answered first. The others may be dead
// without knowing it: giving them up makes the browser forget them, so that what is asked next is not sent on them.
import { gone } from "../base/gone.ts"

type Open = (signal: AbortSignal) => Promise<Response>

/** The first that is answered decides, also when it is refused. */
export async function openFirst(open: Open, abreast: number, signal: AbortSignal): Promise<Response> {
  if (abreast <= 1) return open(signal)
  const tries = Array.from({ length: abreast }, () => {
    const rest = new AbortController()
    const answer = open(AbortSignal.any([signal, rest.signal]))
    return { answer, giveUp: () => rest.abort(gone) }
  })
  const first = await Promise.race(
    tries.map((one) =>
      one.answer.then(
        () => one,
        () => one,
      ),
    ),
  )
  for (const one of tries) if (one !== first) one.giveUp()
  return first.answer
}
