// The real vault over a table in memory: jsdom has no IndexedDB.
import { webcrypto } from "node:crypto"
import { makePasswordVault, type PasswordVault, type VaultCrypto } from "../../app/servers/password-vault.ts"
import { type MemoryRecords, makeMemoryRecords } from "./memory-records.ts"

export function makeMemoryVault(records: MemoryRecords = makeMemoryRecords()): PasswordVault {
  const vault = makePasswordVault(records, webcrypto as unknown as VaultCrypto)
  return {
    load: () => records.watch(vault.load()),
    put: (origin, secret) => records.watch(vault.put(origin, secret)),
    remove: (origin, upTo) => records.watch(vault.remove(origin, upTo)),
  }
}
