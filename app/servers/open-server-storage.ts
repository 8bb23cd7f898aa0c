// Opens what this browser keeps about servers, before the first screen: reading remembered passwords takes a moment.
import { prefix } from "../base/prefix.ts"
import { makeRecordStore } from "../base/record-store.ts"
import type { Stored } from "../base/storage.ts"
import { openTabChannel } from "../base/tab-channel.ts"
import { PasswordMessageSchema } from "./password-messages.ts"
import { makePasswordVault, type PasswordVault } from "./password-vault.ts"
import { makePasswords, type Passwords } from "./passwords.ts"
import { plainPasswords, type ServerBook, withoutPlainPassword } from "./server-list.ts"
import { forgetOldPasswords, makeServerBook, makeSessionSecrets, makeSignOuts } from "./server-storage.ts"

export type ServerStorage = { book: Stored<ServerBook>; passwords: Passwords }

/** A page that waits longer looks broken; what comes later is taken in later. */
const deadlineMs = 1_000

export function openServerStorage(vault: PasswordVault | string = openVault()): ServerStorage {
  forgetOldPasswords()
  const book = makeServerBook()
  const passwords = makePasswords({
    session: makeSessionSecrets(),
    signOuts: makeSignOuts(),
    channel: openTabChannel("passwords", PasswordMessageSchema),
    vault,
    newId,
    now: Date.now,
    deadlineMs,
  })
  // Earlier versions kept them in plain text, for all prefixes: the one that is opened first takes them. The copy
  // goes once the vault has it.
  for (const [origin, password] of Object.entries(plainPasswords(book.get())))
    passwords.adopt(origin, password, () => book.set(withoutPlainPassword(book.get(), origin, password)))
  passwords.watch(book.get().own.map((server) => server.url))
  return { book, passwords }
}

/** Or the sentence why there is none. Web Crypto exists only on https and on localhost. */
function openVault(): PasswordVault | string {
  if (!globalThis.crypto?.subtle)
    return "Not possible over plain http: only over https does the browser encrypt. The password lasts until the browser is closed."
  if (!globalThis.indexedDB)
    return "This browser offers no place for it. The password lasts until the browser is closed."
  return makePasswordVault(makeRecordStore(`sandbar.passwords.${prefix}`, indexedDB), crypto)
}

/** `randomUUID` is missing over plain http. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
