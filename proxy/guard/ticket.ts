// Browsers send no headers of ours with a WebSocket. A ticket, asked for with an ordinary request just before,
// stands for them. It is sealed: it travels in a URL, and it carries the target's password.
import { randomBytes } from "node:crypto"
import { EncryptJWT, jwtDecrypt } from "jose"
import * as v from "valibot"
import { Problem } from "../../shared/problems.ts"

/** What a ticket is good for; nothing else opens with it. */
export type Passage = { target: string; path: string; user: string | null }
type Sealed = Passage & { authorization: string | undefined }

export type Tickets = {
  give: (passage: Sealed) => Promise<string>
  /** The target's credentials, once. Throws `ticket.invalid` or `limit.busy`. */
  take: (ticket: string, passage: Passage) => Promise<string | undefined>
}

export const ticketSeconds = 30
/** Encrypted and authenticated, 64 bytes of key (RFC 7518 §5.2.5): any replica with the same key opens it. */
const enc = "A256CBC-HS512"
export const ticketKeyBytes = 64

const ClaimsSchema = v.object({
  jti: v.string(),
  exp: v.number(),
  target: v.string(),
  path: v.string(),
  user: v.nullable(v.string()),
  authorization: v.optional(v.string()),
})
type Claims = v.InferOutput<typeof ClaimsSchema>

export function makeTickets(key: Uint8Array, now: () => number = Date.now, mostUsed = 20_000): Tickets {
  const used = new Map<string, number>()

  async function open(ticket: string): Promise<Claims> {
    const options = {
      currentDate: new Date(now()),
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: [enc],
    }
    try {
      return v.parse(ClaimsSchema, (await jwtDecrypt(ticket, key, options)).payload)
    } catch (cause) {
      throw invalid(cause)
    }
  }

  /** No await between looking and noting: of two uses at once, one is the second. */
  function useUp({ jti, exp }: Claims): void {
    if (used.has(jti)) throw invalid()
    if (used.size >= mostUsed) for (const [id, until] of used) if (until * 1_000 <= now()) used.delete(id)
    if (used.size >= mostUsed)
      throw new Problem("limit.busy", "Too many connections were opened just now. Try again in a moment.", {
        retryAfter: ticketSeconds,
      })
    used.set(jti, exp)
  }

  return {
    give: (passage) =>
      new EncryptJWT({ ...passage })
        .setProtectedHeader({ alg: "dir", enc })
        .setJti(randomBytes(16).toString("base64url"))
        .setExpirationTime(Math.floor(now() / 1_000) + ticketSeconds)
        .encrypt(key),
    async take(ticket, { target, path, user }) {
      const claims = await open(ticket)
      if (claims.target !== target || claims.path !== path || claims.user !== user) throw invalid()
      useUp(claims)
      return claims.authorization
    },
  }
}

function invalid(cause?: unknown): Problem {
  const detail = "The ticket is used, too old, or meant for something else. Connect again."
  return new Problem("ticket.invalid", detail, { cause })
}
