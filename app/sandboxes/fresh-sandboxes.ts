// Which sandboxes this browser session made out of nothing and never saw running. Cancelling such a start may remove
// everything; any other sandbox may hold somebody's work.
import * as v from "valibot"
import { SandboxIdSchema } from "../../shared/sandboxes.ts"
import { prefix } from "../base/prefix.ts"
import { browserStorage, makeStored } from "../base/storage.ts"

const atMost = 20

export type FreshSandboxes = {
  has: (id: string) => boolean
  add: (id: string) => void
  remove: (id: string) => void
}

export function makeFreshSandboxes(storage: Storage | undefined = browserStorage("session")): FreshSandboxes {
  const stored = makeStored<string[]>({
    key: `sandbar.fresh-sandboxes.${prefix}.v1`,
    schema: v.array(SandboxIdSchema),
    fallback: [],
    storage,
  })
  const without = (id: string) => stored.get().filter((other) => other !== id)
  return {
    has: (id) => stored.get().includes(id),
    add: (id) => void stored.set([...without(id), id].slice(-atMost)),
    remove(id) {
      if (stored.get().includes(id)) stored.set(without(id))
    },
  }
}
