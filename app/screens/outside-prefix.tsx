import { prefix, underPrefix } from "../base/prefix.ts"
import { EmptyState } from "../ui/empty.tsx"

/** Somebody dropped the prefix from the address: no screen lives there. */
export function OutsidePrefix() {
  return (
    <main>
      <EmptyState
        title="There is nothing at this address"
        text={
          <>
            Sandbar lives at{" "}
            <a class="text-link" href={underPrefix("")}>
              {prefix}
            </a>
            .
          </>
        }
      />
    </main>
  )
}
