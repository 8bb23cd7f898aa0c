// Between what a tab knows and the vault: the vault is slow and may refuse, and while it writes, the person may sign
// out or choose otherwise, in any tab.

import { within } from "../base/within.ts"
import type { KnownSecrets } from "./known-secrets.ts"
import type { PasswordVault } from "./password-vault.ts"
import { isLive, type Secret } from "./secret.ts"

export type Sealing = {
  /** Takes in what is in the vault. Gives the servers whose password cannot be read any more. */
  load: () => Promise<readonly string[]>
  /** Whether the vault has it, and it is still the one to keep. */
  seal: (origin: string, secret: Secret) => Promise<boolean>
  /** Deletes what was set until `upTo`. */
  remove: (origin: string, upTo: number) => void
  /** Why the vault is of no use, in a sentence. */
  refusal: () => string | undefined
}

/** `vault`: or the sentence why there is none. */
export function makeSealing(vault: PasswordVault | string, known: KnownSecrets, deadlineMs: number): Sealing {
  const refuse = () => {
    refusal = vaultRefuses
    known.announce()
  }
  let refusal = typeof vault === "string" ? vault : undefined
  const attempt = async <T>(otherwise: T, work: (vault: PasswordVault) => Promise<T>): Promise<T> => {
    if (typeof vault === "string") return otherwise
    try {
      return await work(vault)
    } catch {
      // Whatever the reason (a private window, a full disk), the person cannot have it remembered.
      refuse()
      return otherwise
    }
  }
  // What cannot be deleted now is dead by its sign-out, and is deleted when it is loaded again.
  const remove = (origin: string, upTo: number) =>
    void attempt(undefined, (open) => open.remove(origin, upTo))

  return {
    load: () =>
      attempt<readonly string[]>([], async (open) => {
        const { secrets, lost } = await open.load()
        for (const [origin, secret] of Object.entries(secrets)) {
          const signedOut = known.signedOutAt(origin)
          if (signedOut === undefined || isLive(secret, origin, { [origin]: signedOut }))
            known.take(origin, secret)
          else remove(origin, signedOut)
        }
        return lost
      }),
    seal: (origin, secret) =>
      attempt(false, async (open) => {
        const kept = open.put(origin, secret).then(() => true)
        if (!(await within(deadlineMs, kept, false))) {
          refuse()
          return false
        }
        const now = known.live(origin)
        if (now?.credentialId === secret.credentialId && now.setAt === secret.setAt) return true
        if (!now?.remembered) remove(origin, secret.setAt)
        return false
      }),
    remove,
    refusal: () => refusal,
  }
}

const vaultRefuses =
  "This browser keeps nothing encrypted here, as in some private windows. The password lasts until the browser is closed."
