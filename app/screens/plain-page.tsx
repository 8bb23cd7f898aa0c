import { onCleanup, onMount, type ParentProps } from "solid-js"
import { ServerButton } from "../servers/server-button.tsx"
import { createPageTitle } from "./create-page-title.ts"
import "./plain-page.css"

/** A page while no server is open: one column that says what to do. */
export function PlainPage(props: ParentProps<{ title: string }>) {
  createPageTitle(() => [props.title])
  let main: HTMLElement | undefined
  onMount(() => {
    // A dialog that led here closes first, and a field of the page may want the focus.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) main?.focus({ preventScroll: true })
    })
    onCleanup(() => clearTimeout(timer))
  })
  return (
    <div class="plain-page">
      <header class="plain-head">
        <ServerButton />
      </header>
      <main ref={main} class="plain-main" tabindex="-1">
        <h1 class="plain-title">{props.title}</h1>
        {props.children}
      </main>
    </div>
  )
}
