// A password as the tabs of one browser pass it on. Whatever order their messages come in, all tabs end with the
// same one: the later setting wins, and a sign-out wins over what was set before it.
import * as v from "valibot"
import { ServerUrlSchema } from "../../shared/servers.ts"
import { bareRecord } from "../base/bare-record.ts"

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

/** A tab may sleep for weeks and come back with a password; after a quarter of a year it has been discarded. */
const keptForMs = 90 * 24 * 60 * 60 * 1000

export function withSignOut(signOuts: SignOuts, origin: string, at: number): SignOuts {
  if ((signOuts[origin] ?? -1) >= at) return signOuts
  const recent = Object.entries(signOuts).filter(([, time]) => time > at - keptForMs)
  return bareRecord({ ...Object.fromEntries(recent), [origin]: at })
}
