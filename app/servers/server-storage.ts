// Where the list of servers is kept, and what happens to an entry that cannot be read.
import * as v from "valibot"
import {
  isServerUrl,
  localServerId,
  localServerUrl,
  type ProvidedServer,
  ProvidedServerSchema,
  serverId,
} from "../../shared/servers.ts"
import { bareRecord } from "../base/bare-record.ts"
import { prefix } from "../base/prefix.ts"
import { browserStorage, makeStored, type Stored } from "../base/storage.ts"
import { type Secrets, SecretsSchema, type SignOuts, SignOutsSchema } from "./secret.ts"
import { type Credentials, emptyBook, type ServerBook } from "./server-list.ts"

const CredentialsSchema = v.object({
  username: v.optional(v.string()),
  password: v.optional(v.string()),
})

const ServerBookSchema = v.pipe(
  v.object({
    own: v.array(ProvidedServerSchema),
    hidden: v.array(v.string()),
    defaultId: v.optional(v.string()),
    credentials: v.record(v.string(), CredentialsSchema),
  }),
  v.transform((book) => ({ ...book, credentials: byOrigin(book.credentials, book.own) })),
)

/**
 * Shared by all tabs and kept until it is deleted. Also by every other Sandbar of this origin: a person has one list.
 */
export function makeServerBook(storage: Storage | undefined = browserStorage()): Stored<ServerBook> {
  return makeStored<ServerBook>({
    key: "sandbar.servers.v1",
    schema: ServerBookSchema,
    fallback: emptyBook,
    repair: repairBook,
    storage,
  })
}

/**
 * Passwords of the browser session that are not remembered. The prefix belongs to it, here and below: from another
 * Sandbar of this origin, `http://127.0.0.1:4096` leads to another server.
 */
export function makeSessionSecrets(
  storage: Storage | undefined = browserStorage("session"),
): Stored<Secrets> {
  return makeStored<Secrets>({
    key: `sandbar.passwords.${prefix}.v2`,
    schema: SecretsSchema,
    fallback: bareRecord(),
    storage,
  })
}

/**
 * Earlier versions kept the passwords of a tab in plain text under a name that all prefixes share. Whose they were
 * cannot be told any more, so they are typed anew.
 */
export function forgetOldPasswords(storage: Storage | undefined = browserStorage("session")): void {
  storage?.removeItem("sandbar.passwords.v1")
}

/** Shared by all tabs, so that one that slept learns of it too. */
export function makeSignOuts(storage: Storage | undefined = browserStorage()): Stored<SignOuts> {
  return makeStored<SignOuts>({
    key: `sandbar.signed-out.${prefix}.v1`,
    schema: SignOutsSchema,
    fallback: bareRecord(),
    storage,
  })
}

/** Keeps each server that can be read; one broken entry must not cost the others. */
export function repairBook(raw: unknown): ServerBook | undefined {
  if (!v.is(v.record(v.string(), v.unknown()), raw)) return undefined
  const credentials = v.is(v.record(v.string(), v.unknown()), raw.credentials) ? raw.credentials : {}
  const own = readable(ProvidedServerSchema, raw.own)
  const readableCredentials = Object.entries(credentials).flatMap(([key, value]) => {
    const parsed = v.safeParse(CredentialsSchema, value)
    return parsed.success ? [[key, parsed.output] as const] : []
  })
  return {
    own,
    hidden: readable(v.string(), raw.hidden),
    ...(typeof raw.defaultId === "string" && { defaultId: raw.defaultId }),
    credentials: byOrigin(Object.fromEntries(readableCredentials), own),
  }
}

/**
 * The first entries kept credentials by `host:port`, which http and https share. One that the list has under
 * that id gets its origin; whose the others were would be a guess, so they are dropped and typed anew.
 */
function byOrigin(
  credentials: Readonly<Record<string, Credentials>>,
  own: readonly ProvidedServer[],
): Record<string, Credentials> {
  const kept = bareRecord<Credentials>()
  for (const [key, value] of Object.entries(credentials)) {
    const origin = isServerUrl(key) ? key : originOf(key, own)
    // What is kept by origin is newer.
    if (origin !== undefined && (origin === key || !(origin in credentials))) kept[origin] = value
  }
  return kept
}

function originOf(id: string, own: readonly ProvidedServer[]): string | undefined {
  if (id === localServerId) return localServerUrl
  const named = own.filter((server) => serverId(server.url) === id)
  return named.length === 1 ? named[0]?.url : undefined
}

function readable<T>(schema: v.GenericSchema<unknown, T>, raw: unknown): T[] {
  if (!Array.isArray(raw)) return []
  return raw.flatMap((value) => {
    const parsed = v.safeParse(schema, value)
    return parsed.success ? [parsed.output] : []
  })
}
