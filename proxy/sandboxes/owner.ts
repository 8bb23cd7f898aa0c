// Whose a sandbox is. A label holds 63 characters and is read by many, so people stand there as a hash.
import { createHmac } from "node:crypto"
import type { Identity } from "../guard/identity.ts"

export type Owner = {
  /** 64 bits of a keyed hash of who the person is. */
  readonly hash: string
  /** As the identity source writes it; null where there is none. */
  readonly name: string | null
  /** Who vouches for the name: two sources may use one name for two people. */
  readonly issuer: string
}

const mostKnown = 1_000

export type OwnerOf = (user: string | null) => Owner

/** Without an identity source everybody is the same person: the operator. */
export function makeOwnerOf(key: Uint8Array, identity: Identity): OwnerOf {
  const issuer = identity.is === "header" ? `header:${identity.name}` : "none"
  const known = new Map<string | null, Owner>()
  return (user) => {
    const found = known.get(user)
    if (found) return found
    const owner = { hash: hashOf(key, ["owner", issuer, user]).slice(0, 16), name: user, issuer }
    // Asked for with every request; the names come from outside.
    if (known.size >= mostKnown) known.clear()
    known.set(user, owner)
    return owner
  }
}

/** JSON keeps the parts apart: no two lists have the same text. */
export function hashOf(key: Uint8Array, parts: readonly (string | null)[]): string {
  return createHmac("sha256", key).update(JSON.stringify(parts)).digest("hex")
}
