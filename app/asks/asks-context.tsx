// Hands the asks to everything below the open server.
import type { ParentProps } from "solid-js"
import { defineContext } from "../base/define-context.ts"
import { useConnection } from "../connection/connection-context.tsx"
import type { Asks } from "./ask.ts"
import { createAsks } from "./create-asks.ts"

const [AsksContextProvider, useAsks] = defineContext<Asks>("AsksProvider")

/** For asks that were made elsewhere: tests show views with hand-made ones. */
export { AsksContextProvider, useAsks }

export function AsksProvider(props: ParentProps) {
  const asks = createAsks(useConnection())
  return <AsksContextProvider value={asks}>{props.children}</AsksContextProvider>
}
