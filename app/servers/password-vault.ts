// Passwords that the person wants remembered on this device: encrypted with a key that no script can export, so that
// nobody reads one in the storage or in its files. Who takes the whole profile and runs a browser on it has them still.
import * as v from "valibot"
import { bareRecord } from "../base/bare-record.ts"
import type { RecordStore } from "../base/record-store.ts"
import { type Secret, SecretSchema } from "./secret.ts"

export type PasswordVault = {
  /** `lost`: servers whose password was here and cannot be read any more. */
  load: () => Promise<{ secrets: Record<string, Secret>; lost: string[] }>
  /** Unless there is a newer one, perhaps from another tab. */
  put: (origin: string, secret: Secret) => Promise<void>
  /** What was set until `upTo`; what another tab set since then stays. */
  remove: (origin: string, upTo: number) => Promise<void>
}

export type VaultCrypto = {
  subtle: Pick<SubtleCrypto, "generateKey" | "encrypt" | "decrypt">
  getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
}

/** Beside the passwords in the same table; no origin is called so. */
const keyName = "key"

const SealedSchema = v.object({
  setAt: v.number(),
  iv: v.instance(Uint8Array<ArrayBuffer>),
  data: v.instance(Uint8Array<ArrayBuffer>),
})
type Sealed = v.InferOutput<typeof SealedSchema>

const OpenedSchema = v.pipe(v.string(), v.parseJson(), v.pick(SecretSchema, ["password", "credentialId"]))

export function makePasswordVault(records: RecordStore, crypto: VaultCrypto): PasswordVault {
  const { subtle } = crypto

  const findOrMakeKey = async (): Promise<CryptoKey> => {
    const there = await records.get(keyName)
    if (isKey(there)) return there
    const fresh = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
    // Two tabs may come here at once: the first key that is written stays.
    return (await records.change(keyName, (now) => (isKey(now) ? now : fresh))) as CryptoKey
  }

  const seal = async (origin: string, secret: Secret): Promise<Sealed> => {
    const { password, credentialId, setAt } = secret
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const text = new TextEncoder().encode(JSON.stringify({ password, credentialId }))
    const how = { name: "AES-GCM", iv, additionalData: belongsTo(origin, setAt) }
    const data = await subtle.encrypt(how, await findOrMakeKey(), text)
    return { setAt, iv, data: new Uint8Array(data) }
  }

  /** Undefined when this is not what was sealed with this key for this origin. */
  const open = async (key: unknown, origin: string, record: unknown): Promise<Secret | undefined> => {
    const sealed = v.safeParse(SealedSchema, record)
    if (!sealed.success || !isKey(key)) return undefined
    const { setAt, iv, data } = sealed.output
    const how = { name: "AES-GCM", iv, additionalData: belongsTo(origin, setAt) }
    try {
      const text = new TextDecoder().decode(await subtle.decrypt(how, key, data))
      return { ...v.parse(OpenedSchema, text), setAt, remembered: true }
    } catch {
      // Another key, another server's record under this name, or changed bytes: all mean to ask again.
      return undefined
    }
  }

  return {
    async load() {
      const all = await records.all()
      const secrets = bareRecord<Secret>()
      const lost: string[] = []
      for (const [origin, record] of all) {
        if (origin === keyName) continue
        const secret = await open(all.get(keyName), origin, record)
        if (secret) secrets[origin] = secret
        else lost.push(origin)
      }
      for (const origin of lost) {
        const broken = setAtOf(all.get(origin))
        await records.change(origin, (now) => (setAtOf(now) === broken ? undefined : now))
      }
      return { secrets, lost }
    },
    async put(origin, secret) {
      const sealed = await seal(origin, secret)
      await records.change(origin, (now) => (setAtOf(now) > sealed.setAt ? now : sealed))
    },
    async remove(origin, upTo) {
      await records.change(origin, (now) => (setAtOf(now) <= upTo ? undefined : now))
    },
  }
}

/** Bound to its server and time: a record cannot be moved under another server's name, or made newer. */
function belongsTo(origin: string, setAt: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${origin} ${setAt}`)
}

function setAtOf(record: unknown): number {
  const sealed = v.safeParse(SealedSchema, record)
  return sealed.success ? sealed.output.setAt : -1
}

function isKey(value: unknown): value is CryptoKey {
  return typeof value === "object" && value !== null && "type" in value && value.type === "secret"
}
