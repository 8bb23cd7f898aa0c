// The passwords of the servers. They live as long as the browser session, in every tab alike: a new tab asks the
// others for those of its servers. One that is to be remembered goes into the vault and nowhere else.
import type { Stored } from "../base/storage.ts"
import type { TabChannel } from "../base/tab-channel.ts"
import { within } from "../base/within.ts"
import { makeKnownSecrets } from "./known-secrets.ts"
import type { PasswordMessage } from "./password-messages.ts"
import type { PasswordVault } from "./password-vault.ts"
import { makeSealing } from "./sealing.ts"
import type { Secret, Secrets, SignOuts } from "./secret.ts"
import { sharePasswords } from "./share-passwords.ts"

export type PasswordTrouble =
  /** The storage of the browser session refuses: a reload forgets it. */
  | { kind: "not-kept" }
  | { kind: "not-remembered" }
  /** Remembered once, and unreadable now. */
  | { kind: "lost"; origins: readonly string[] }

export type PasswordChange = {
  remember: boolean
  /** The same password means another thing now: the user name changed. */
  renew?: boolean
}

export type Passwords = {
  all: () => Secrets
  /** The servers in the list. Only theirs are asked for and taken. */
  watch: (origins: readonly string[]) => void
  /** An empty password is a sign-out. */
  set: (origin: string, password: string, change: PasswordChange) => void
  /** Forgets it here, in the other tabs and in the vault. Gives back what was known. */
  forget: (origin: string) => Secret | undefined
  /** Undo of forgetting. */
  restore: (origin: string, secret: Secret) => void
  /** Takes over a password that an earlier version kept in plain text; `done` once nobody needs that copy. */
  adopt: (origin: string, password: string, done: () => void) => void
  /** Why nothing can be remembered on this device, in a sentence. */
  cannotRemember: () => string | undefined
  subscribe: (listener: (secrets: Secrets) => void) => () => void
  /** What went wrong and nobody was told yet, and everything from then on. */
  onTrouble: (listener: (trouble: PasswordTrouble) => void) => () => void
  /** What was remembered is here; or it did not come in time and comes later. */
  ready: Promise<void>
  close: () => void
}

export type PasswordsOptions = {
  session: Stored<Secrets>
  signOuts: Stored<SignOuts>
  channel: TabChannel<PasswordMessage>
  /** Or the sentence why there is none. */
  vault: PasswordVault | string
  newId: () => string
  now: () => number
  /** How long anything waits for the vault: a browser may never answer. */
  deadlineMs: number
}

export function makePasswords(options: PasswordsOptions): Passwords {
  const { session, signOuts, now, channel } = options
  const trouble = makeTroubles()
  const known = makeKnownSecrets({
    session,
    signOuts,
    now,
    onUnkept: () => trouble.tell({ kind: "not-kept" }),
  })
  const sealing = makeSealing(options.vault, known, options.deadlineMs)
  const sharing = sharePasswords(channel, known)

  const enter = async (origin: string, secret: Secret) => {
    const share = (shared: Secret) => {
      known.take(origin, shared)
      sharing.post({ kind: "have", origin, secret: shared })
    }
    if (!secret.remembered) {
      share(secret)
      return sealing.remove(origin, secret.setAt)
    }
    // In memory alone until the vault has answered: what is written to a storage may stay on the disk for long.
    known.take(origin, secret)
    if (await sealing.seal(origin, secret)) return share(secret)
    if (known.live(origin) !== secret || sealing.refusal() === undefined) return
    share({ ...secret, setAt: known.nextTime(origin), remembered: false })
    trouble.tell({ kind: "not-remembered" })
  }
  const forget = (origin: string) => {
    const before = known.live(origin)
    const at = known.nextTime(origin)
    known.noteSignOut(origin, at)
    sharing.post({ kind: "signed-out", origin, at })
    sealing.remove(origin, at)
    return before
  }
  const loaded = sealing.load().then((lost) => {
    if (lost.length > 0) trouble.tell({ kind: "lost", origins: lost })
  })

  return {
    all: known.all,
    watch: sharing.watch,
    set(origin, password, { remember, renew = false }) {
      const before = known.live(origin)
      if (password === "") {
        if (before) forget(origin)
        return
      }
      const same = before?.password === password && !renew
      if (same && before.remembered === remember) return
      const credentialId = same ? before.credentialId : options.newId()
      void enter(origin, { password, credentialId, setAt: known.nextTime(origin), remembered: remember })
    },
    forget,
    restore: (origin, secret) => void enter(origin, { ...secret, setAt: known.nextTime(origin) }),
    async adopt(origin, password, done) {
      // Older than whatever a person does from now on. All tabs may do this at once, each on its own, and their
      // credential is the same one: there is one plain copy per server.
      const secret = { password, credentialId: "adopted", setAt: 1, remembered: true }
      known.take(origin, secret)
      const isSuperseded = () => known.live(origin)?.setAt !== secret.setAt
      if (isSuperseded() || (await sealing.seal(origin, secret)) || isSuperseded()) done()
    },
    cannotRemember: sealing.refusal,
    subscribe: known.subscribe,
    onTrouble: trouble.listen,
    ready: within(options.deadlineMs, loaded, undefined),
    close() {
      sharing.stop()
      known.close()
      channel.close()
    },
  }
}

function makeTroubles() {
  const listeners = new Set<(trouble: PasswordTrouble) => void>()
  let untold: PasswordTrouble[] = []
  return {
    tell(trouble: PasswordTrouble) {
      if (listeners.size === 0) untold.push(trouble)
      for (const listener of listeners) listener(trouble)
    },
    listen(listener: (trouble: PasswordTrouble) => void) {
      listeners.add(listener)
      for (const trouble of untold) listener(trouble)
      untold = []
      return () => void listeners.delete(listener)
    },
  }
}
