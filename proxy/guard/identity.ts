// Who is asking. A header names a person only when one of our own gateways wrote it; anybody else could write it too.
import { Problem } from "../../shared/problems.ts"

export type Identity = { is: "none" } | { is: "header"; name: string }

/** Printable and without a comma: two headers of that name arrive as one, joined by it. */
const oneName = /^[^\p{C},]{1,256}$/u

/** Null where nobody has to sign in. Throws `identity.required`. Takes the header off the request. */
export function requireUser(identity: Identity, headers: Headers, fromGateway: boolean): string | null {
  if (identity.is === "none") return null
  const user = fromGateway ? headers.get(identity.name) : null
  // Whatever its name, a target must not learn it: there, it would sign people in.
  headers.delete(identity.name)
  if (user !== null && oneName.test(user)) return user
  throw new Problem(
    "identity.required",
    "Nobody is signed in. Open Sandbar through the gateway that signs people in.",
  )
}
