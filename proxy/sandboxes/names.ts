// What a sandbox is called: the slug that is part of its identity, and the id made from all of it.
import { createHash } from "node:crypto"
import { hashOf, type Owner } from "./owner.ts"

export type SandboxIdentity = {
  readonly owner: Owner
  readonly repository: string | null
  readonly branch: string | null
  /** A local directory stands in the repository's place. */
  readonly directory: string | null
  readonly slug: string
}

const longestSlug = 40

/** `My app!` and `my-app` are the same sandbox. What has no letter of ours in it gets a slug all the same. */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, longestSlug)
    .replace(/^-+|-+$/g, "")
  if (slug !== "" && isPlain(name)) return slug
  return [slug, createHash("sha256").update(name.normalize("NFC")).digest("hex").slice(0, 8)]
    .filter(Boolean)
    .join("-")
}

/** Letters of other scripts would be lost: 東京 and 大阪 are two names. */
function isPlain(name: string): boolean {
  return !/[^\p{M}\p{ASCII}]/u.test(name.normalize("NFKD"))
}

/** The same identity has the same id on every replica. `long` where another owner has the short one already. */
export function sandboxId(key: Uint8Array, identity: SandboxIdentity, long = false): string {
  const { owner, repository, branch, directory, slug } = identity
  const place = directory === null ? repository : `file:${directory}`
  return `sb-${hashOf(key, [owner.issuer, owner.name, place, branch, slug]).slice(0, long ? 20 : 12)}`
}
