// The branches of the repository in the form, asked for once its address stands still.
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js"
import type { Branches } from "../../shared/templates.ts"
import { gone } from "../base/gone.ts"
import type { Clock } from "../connection/clock.ts"
import { failureOf } from "../connection/failure.ts"
import type { Sandboxes } from "./sandboxes-context.ts"

const pauseMs = 400

type BranchList = {
  branches: Accessor<Branches | undefined>
  /** Why they are not listed; a branch can be typed all the same. */
  trouble: Accessor<string | undefined>
  asking: Accessor<boolean>
}

/** `query`: undefined while there is no address to ask. */
export function createBranches(
  query: Accessor<{ repository: string; template: string } | undefined>,
  ask: Sandboxes["requests"]["branches"],
  clock: Clock,
): BranchList {
  const [branches, setBranches] = createSignal<Branches>()
  const [trouble, setTrouble] = createSignal<string>()
  const [asking, setAsking] = createSignal(false)
  const key = () => JSON.stringify(query())

  createEffect(
    on(key, () => {
      const asked = query()
      setBranches(undefined)
      setTrouble(undefined)
      setAsking(asked !== undefined)
      if (!asked) return
      const left = new AbortController()
      const load = async () => {
        try {
          const found = await ask(asked, left.signal)
          if (!left.signal.aborted) setBranches(found)
        } catch (error) {
          if (!left.signal.aborted) setTrouble(failureOf(error).message)
        } finally {
          if (!left.signal.aborted) setAsking(false)
        }
      }
      const cancel = clock.after(pauseMs, () => void load())
      onCleanup(() => {
        cancel()
        left.abort(gone)
      })
    }),
  )
  return { branches, trouble, asking }
}
