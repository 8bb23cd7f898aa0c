// Every sandbox of one driver: which there are, what is seen of them, and who is told.
import type { Driver, Observation } from "../driver.ts"
import { unknownSandbox } from "../refusals.ts"
import { type Life, makeLife } from "./life.ts"
import type { Machinery } from "./machinery.ts"
import { placesOf } from "./places.ts"
import { emptyTrash } from "./sandboxes-home.ts"
import type { SandboxFile } from "./stored-files.ts"

export type Lives = Pick<Driver, "seen" | "watch"> & {
  /** Also those that are being deleted. */
  readonly all: () => readonly Life[]
  readonly get: (id: string) => Life | undefined
  /** Undefined for what does not exist, or not for long any more. */
  readonly staying: (id: string) => Life | undefined
  /** One that a person may wake or stop. Throws `sandbox.unknown`. */
  readonly find: (id: string) => Life
  /** Begins the life of what is written down. */
  readonly bear: (file: SandboxFile) => Life
  /** Removes what was set aside, in the background. */
  readonly emptyTrash: () => void
  /** Fulfilled when every life has ended, after the machinery's `closing`. */
  readonly ended: () => Promise<void>
}

export function makeLives(machinery: Machinery): Lives {
  const { home, log } = machinery
  const lives = new Map<string, Life>()
  const seen = new Map<string, Observation>()
  const watchers = new Set<(id: string) => void>()
  let emptying = Promise.resolve()

  function tell(id: string): void {
    const life = lives.get(id)
    if (life) seen.set(id, life.observation())
    else seen.delete(id)
    for (const watcher of [...watchers]) watcher(id)
  }

  function empty(): void {
    emptying = emptying.then(() => emptyTrash(home, log))
  }

  function staying(id: string): Life | undefined {
    const life = lives.get(id)
    return life?.file().wanted === "nothing" ? undefined : life
  }

  return {
    seen,
    watch(onChange) {
      watchers.add(onChange)
      return () => void watchers.delete(onChange)
    },
    all: () => [...lives.values()],
    get: (id) => lives.get(id),
    staying,
    find(id) {
      const life = staying(id)
      if (!life || life.file().wanted === "data") throw unknownSandbox()
      return life
    },
    bear(file) {
      const { id } = file.record
      const onGone = (trash: string | undefined) => {
        lives.delete(id)
        tell(id)
        if (trash !== undefined) empty()
      }
      const life = makeLife({ file, places: placesOf(home, id), machinery, onChange: () => tell(id), onGone })
      lives.set(id, life)
      tell(id)
      return life
    },
    emptyTrash: empty,
    async ended() {
      await Promise.all([...lives.values()].map((life) => life.ended))
      await emptying
    },
  }
}
