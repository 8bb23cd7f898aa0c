// Where the list of servers is kept, and what happens to an entry that cannot be read.
import * as v from "valibot"
import { ProvidedServerSchema } from "../../shared/servers.ts"
import { browserStorage, makeStored, type Stored } from "../base/storage.ts"
import { emptyBook, type ServerBook, type TabPasswords } from "./server-list.ts"

const CredentialsSchema = v.object({
  username: v.optional(v.string()),
  password: v.optional(v.string()),
})

const ServerBookSchema = v.object({
  own: v.array(ProvidedServerSchema),
  hidden: v.array(v.string()),
  defaultId: v.optional(v.string()),
  credentials: v.record(v.string(), CredentialsSchema),
})

/** Shared by all tabs and kept until it is deleted. */
export function makeServerBook(storage: Storage | undefined = browserStorage()): Stored<ServerBook> {
  return makeStored<ServerBook>({
    key: "sandbar.servers.v1",
    schema: ServerBookSchema,
    fallback: emptyBook,
    repair: repairBook,
    storage,
  })
}

/** Passwords that were not to be remembered: they survive a reload of this tab and end with it. */
export function makeTabPasswords(
  storage: Storage | undefined = browserStorage("session"),
): Stored<TabPasswords> {
  return makeStored<TabPasswords>({
    key: "sandbar.passwords.v1",
    schema: v.record(v.string(), v.string()),
    fallback: {},
    storage,
  })
}

/** Keeps each server that can be read; one broken entry must not cost the others. */
export function repairBook(raw: unknown): ServerBook | undefined {
  if (!v.is(v.record(v.string(), v.unknown()), raw)) return undefined
  const credentials = v.is(v.record(v.string(), v.unknown()), raw.credentials) ? raw.credentials : {}
  return {
    own: readable(ProvidedServerSchema, raw.own),
    hidden: readable(v.string(), raw.hidden),
    ...(typeof raw.defaultId === "string" && { defaultId: raw.defaultId }),
    credentials: Object.fromEntries(
      Object.entries(credentials).flatMap(([id, value]) => {
        const parsed = v.safeParse(CredentialsSchema, value)
        return parsed.success ? [[id, parsed.output]] : []
      }),
    ),
  }
}

function readable<T>(schema: v.GenericSchema<unknown, T>, raw: unknown): T[] {
  if (!Array.isArray(raw)) return []
  return raw.flatMap((value) => {
    const parsed = v.safeParse(schema, value)
    return parsed.success ? [parsed.output] : []
  })
}
