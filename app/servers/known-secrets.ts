// What this tab knows: in memory, and in the storage of the browser session unless the vault has it.
import { bareRecord, withoutKey } from "../base/bare-record.ts"
import type { Stored } from "../base/storage.ts"
import { isLive, isNewer, type Secret, type Secrets, type SignOuts, withSignOut } from "./secret.ts"

export type KnownSecrets = {
  all: () => Secrets
  /** Unless the person signed out since it was set, in whichever tab. */
  live: (origin: string) => Secret | undefined
  /** Whether it was news. */
  take: (origin: string, secret: Secret) => boolean
  noteSignOut: (origin: string, at: number) => void
  signedOutAt: (origin: string) => number | undefined
  dropSignedOut: () => void
  /** Later than everything known about this server, also when the clock went backwards. */
  nextTime: (origin: string) => number
  /** Calls the subscribers although the passwords are the same. */
  announce: () => void
  subscribe: (listener: (secrets: Secrets) => void) => () => void
  close: () => void
}

export type KnownSecretsOptions = {
  session: Stored<Secrets>
  signOuts: Stored<SignOuts>
  now: () => number
  onUnkept: () => void
}

export function makeKnownSecrets(options: KnownSecretsOptions): KnownSecrets {
  const { session, signOuts } = options
  const listeners = new Set<(secrets: Secrets) => void>()
  let known = bareRecord(session.get())

  const announce = () => {
    for (const listener of listeners) listener(known)
  }
  const put = (next: Record<string, Secret>) => {
    known = next
    const unremembered = Object.entries(next).filter(([, secret]) => !secret.remembered)
    const kept = bareRecord(Object.fromEntries(unremembered))
    const same = JSON.stringify(kept) === JSON.stringify(session.get())
    if (!same && !session.set(kept).kept) options.onUnkept()
    announce()
  }
  const live = (origin: string) => {
    const secret = known[origin]
    return secret && isLive(secret, origin, signOuts.get()) ? secret : undefined
  }
  const dropSignedOut = () => {
    const dead = Object.keys(known).filter((origin) => !live(origin))
    if (dead.length > 0) put(dead.reduce(withoutKey, known))
  }
  dropSignedOut()
  const stop = signOuts.subscribe(dropSignedOut)

  return {
    all: () => known,
    live,
    take(origin, secret) {
      if (!isLive(secret, origin, signOuts.get()) || !isNewer(secret, known[origin])) return false
      put(bareRecord({ ...known, [origin]: secret }))
      return true
    },
    noteSignOut(origin, at) {
      const before = signOuts.get()
      const after = withSignOut(before, origin, at)
      if (after !== before) signOuts.set(after)
      dropSignedOut()
    },
    signedOutAt: (origin) => signOuts.get()[origin],
    dropSignedOut,
    nextTime: (origin) =>
      Math.max(options.now(), (signOuts.get()[origin] ?? 0) + 1, (known[origin]?.setAt ?? 0) + 1),
    announce,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      stop()
      listeners.clear()
    },
  }
}
