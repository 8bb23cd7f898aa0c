// The page while a server is open: header, sidebar, main. Below 700 px the sidebar is a drawer.
import { useLocation } from "@solidjs/router"
import Menu from "lucide-solid/icons/menu"
import { createEffect, createSignal, type JSX, on, type ParentProps, Show } from "solid-js"
import { ServerButton } from "../servers/server-button.tsx"
import { createMedia } from "../ui/create-media.ts"
import { Drawer } from "../ui/drawer.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { LinkStatus } from "./link-status.tsx"
import "./frame.css"

export type FrameProps = ParentProps<{ sidebar: JSX.Element; title: JSX.Element }>

export function Frame(props: FrameProps) {
  const location = useLocation()
  const narrow = createMedia("(width < 700px)")
  const [drawer, setDrawer] = createSignal(false)
  // Following a link in the drawer is the reason it was opened.
  createEffect(
    on(
      () => location.pathname,
      () => setDrawer(false),
      { defer: true },
    ),
  )

  return (
    <div class="frame">
      <header class="frame-head">
        <Show when={narrow()}>
          <IconButton
            label="Sessions"
            icon={<Menu />}
            aria-haspopup="dialog"
            aria-expanded={drawer()}
            onClick={() => setDrawer(true)}
          />
        </Show>
        <ServerButton />
        <h1 class="frame-title">{props.title}</h1>
        <LinkStatus />
      </header>
      <Show
        when={narrow()}
        fallback={
          <aside class="frame-sidebar" aria-label="Sessions">
            {props.sidebar}
          </aside>
        }
      >
        <Drawer open={drawer()} onOpenChange={setDrawer} title="Sessions">
          {props.sidebar}
        </Drawer>
      </Show>
      <main class="frame-main">{props.children}</main>
    </div>
  )
}
