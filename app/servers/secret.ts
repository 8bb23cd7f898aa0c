// A password as the tabs of one browser pass it on. Whatever order their messages come in, all tabs end with the
// same one: the later setting wins, and a sign-out wins over what was set before it.
import * as v from "valibot"
import { ServerUrlSchema } from "../../shared/servers.ts"
import { bareRecord, withoutKey } from "../base/bare-record.ts"

const TimeSchema = v.pipe(v.number(), v.integer(), v.minValue(0))

export const SecretSchema = v.object({
  password: v.pipe(v.string(), v.minLength(1)),
  /** Random; tells this password from another without telling it. */
  credentialId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  /** Milliseconds since 1970, later than whatever was known for this server before. */
  setAt: TimeSchema,
  /** In the vault, too: it outlives the browser session. */
  remembered: v.boolean(),
})
export type Secret = v.InferOutput<typeof SecretSchema>

/** By the server's origin. */
export type Secrets = Readonly<Record<string, Secret>>
/** When the person last signed out, by the server's origin. */
export type SignOuts = Readonly<Record<string, number>>

export const SecretsSchema = byOrigin(SecretSchema)
export const SignOutsSchema = byOrigin(TimeSchema)

function byOrigin<T>(schema: v.GenericSchema<unknown, T>) {
  return v.pipe(
    v.record(v.string(), schema),
    v.transform((all): Readonly<Record<string, T>> => {
      const own = Object.entries(all).filter(([origin]) => v.is(ServerUrlSchema, origin))
      return bareRecord(Object.fromEntries(own))
    }),
  )
}

/** Whether `secret` takes the place of `other`. */
export function isNewer(secret: Secret, other: Secret | undefined): boolean {
  if (!other) return true
  if (secret.setAt !== other.setAt) return secret.setAt > other.setAt
  if (secret.credentialId !== other.credentialId) return secret.credentialId > other.credentialId
  return secret.remembered && !other.remembered
}

/** Not signed out since it was set. */
export function isLive(secret: Secret, origin: string, signOuts: SignOuts): boolean {
  return secret.setAt > (signOuts[origin] ?? -1)
}

/**
 * More servers than a person signs out of. Counted, not aged: under a clock that is months ahead all others would
 * look old, and what was signed out of would come back with the next tab that slept.
 */
const mostSignOuts = 1_000

export function withSignOut(signOuts: SignOuts, origin: string, at: number): SignOuts {
  if ((signOuts[origin] ?? -1) >= at) return signOuts
  const others = Object.entries(withoutKey(signOuts, origin)).sort(([, a], [, b]) => b - a)
  return bareRecord({ ...Object.fromEntries(others.slice(0, mostSignOuts - 1)), [origin]: at })
}
