// The invitation in the URL (`?add=`), taken out of it as soon as it is read: a reload or a copied URL must not bring
// the form back.
import { useLocation, useNavigate } from "@solidjs/router"
import { type Accessor, createEffect, createSignal } from "solid-js"
import { type LinkedServer, linkedServerIn } from "../servers/linked-server.ts"

/** Before the router reads the URL: a redirect of the first screen would lose the query. */
export function takeLinkedServer(page: Pick<Window, "location" | "history"> = window) {
  const found = linkedServerIn(page.location.search)
  if (!found) return undefined
  const { pathname, hash } = page.location
  page.history.replaceState(page.history.state, "", `${pathname}${found.rest}${hash}`)
  return found.linked
}

/** `first`: what stood there when the page was opened; links that are followed later come by the router. */
export function createLinkedServer(
  first: LinkedServer | undefined,
): readonly [Accessor<LinkedServer | undefined>, () => void] {
  const location = useLocation()
  const navigate = useNavigate()
  const [linked, setLinked] = createSignal(first)
  createEffect(() => {
    const found = linkedServerIn(location.search)
    if (!found) return
    setLinked(found.linked)
    const path = `${location.pathname}${found.rest}${location.hash}`
    navigate(path, { replace: true, resolve: false, scroll: false })
  })
  return [linked, () => setLinked(undefined)] as const
}
