// When people last acted, on its way to the driver: every keystroke counts, and the driver hears once a minute.
import type { Log } from "../log.ts"
import type { Driver } from "./driver.ts"

export type IntentBuffer = {
  note: (id: string) => void
  /** What this replica knows; 0 when nothing. */
  at: (id: string) => number
  forget: (id: string) => void
  /** Tells everything that was not told yet. */
  flush: () => Promise<void>
}

export type IntentDeps = {
  driver: Pick<Driver, "noteIntent">
  log: Pick<Log, "warn">
  now: () => number
  after: (ms: number, run: () => void) => () => void
}

const everyMs = 60_000

type Known = { at: number; toldAt: number; sentAt: number; cancel: (() => void) | undefined }

export function makeIntentBuffer({ driver, log, now, after }: IntentDeps): IntentBuffer {
  const known = new Map<string, Known>()

  async function tell(id: string, intent: Known): Promise<void> {
    intent.cancel?.()
    intent.cancel = undefined
    if (intent.at <= intent.toldAt) return
    const { at } = intent
    intent.sentAt = now()
    try {
      await driver.noteIntent(id, at)
      intent.toldAt = Math.max(intent.toldAt, at)
    } catch (err) {
      log.warn({ err, sandbox: id }, "when somebody last used a sandbox could not be written down")
      tellLater(id, intent)
    }
  }

  function tellLater(id: string, intent: Known): void {
    const wait = intent.sentAt + everyMs - now()
    if (wait <= 0) void tell(id, intent)
    else intent.cancel ??= after(wait, () => void tell(id, intent))
  }

  return {
    note(id) {
      const intent = known.get(id) ?? {
        at: 0,
        toldAt: 0,
        sentAt: Number.NEGATIVE_INFINITY,
        cancel: undefined,
      }
      known.set(id, intent)
      intent.at = now()
      tellLater(id, intent)
    },
    at: (id) => known.get(id)?.at ?? 0,
    forget(id) {
      known.get(id)?.cancel?.()
      known.delete(id)
    },
    async flush() {
      await Promise.all([...known].map(([id, intent]) => tell(id, intent)))
      for (const intent of known.values()) intent.cancel?.()
    },
  }
}
