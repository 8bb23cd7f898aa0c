// The passwords of running sandboxes, in memory only: fetched when needed, one Secret at a time.
import type { ClusterApi } from "./cluster-api.ts"
import { passwordKey } from "./names.ts"

export type Passwords = ReturnType<typeof makePasswords>

type Options = {
  api: Pick<ClusterApi, "read">
  /** A password is known now that was not. */
  onKnown: (id: string) => void
  onError: (error: unknown, id: string) => void
}

/** `owner`: the uid of the StatefulSet, as each has a password of its own. */
export function makePasswords({ api, onKnown, onError }: Options) {
  const known = new Map<string, { owner: string; password: string }>()
  const asked = new Set<string>()

  async function fetch(id: string, namespace: string, owner: string): Promise<void> {
    const secret = await api.read({ resource: "secrets", namespace, name: id })
    const text = secret?.data?.[passwordKey]
    const isOwn = secret?.metadata?.ownerReferences?.some(({ uid }) => uid === owner)
    if (text === undefined || !isOwn) return
    known.set(id, { owner, password: Buffer.from(text, "base64").toString() })
    onKnown(id)
  }

  return {
    get: (id: string, owner: string): string | undefined => {
      const found = known.get(id)
      return found?.owner === owner ? found.password : undefined
    },
    /** Asks for it, unless that is on its way. */
    ask: (id: string, namespace: string, owner: string): void => {
      if (asked.has(id)) return
      asked.add(id)
      void fetch(id, namespace, owner)
        .catch((error: unknown) => onError(error, id))
        .finally(() => asked.delete(id))
    },
    forget: (id: string): void => void known.delete(id),
  }
}
