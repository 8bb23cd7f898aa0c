// The page while a server is open: header, sidebar, main. Below 700 px the sidebar is a drawer.
import { useLocation } from "@solidjs/router"
import Menu from "lucide-solid/icons/menu"
import { createEffect, createSignal, type JSX, on, type ParentProps, Show } from "solid-js"
import { useConnection } from "../connection/connection-context.tsx"
import { IdleStrip } from "../sandboxes/idle-strip.tsx"
import type { PickerForm } from "../servers/picker.tsx"
import { ServerButton } from "../servers/server-button.tsx"
import { createMedia } from "../ui/create-media.ts"
import { Drawer } from "../ui/drawer.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { createResting } from "./create-resting.ts"
import { createShownLink } from "./create-shown-link.ts"
import { LinkStatus } from "./link-status.tsx"
import { LinkStrip } from "./link-strip.tsx"
import "./frame.css"

export type FrameProps = ParentProps<{
  sidebar: JSX.Element
  title: JSX.Element
  /** The main part says all there is to say: no sidebar, no word about the link. */
  bare?: boolean
  /** The picker's form, opened from the page. */
  form?: PickerForm | undefined
  onForm: (form: PickerForm | undefined) => void
}>

export function Frame(props: FrameProps) {
  const location = useLocation()
  const narrow = createMedia("(width < 700px)")
  const [drawer, setDrawer] = createSignal(false)
  const { server, link } = useConnection()
  const resting = createResting()
  const shown = createShownLink(link)
  let menu: HTMLButtonElement | undefined
  // Following a link in the drawer is the reason it was opened, also a link to where one already is.
  const onDrawerClick = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("a")) setDrawer(false)
  }
  createEffect(
    on(
      () => location.pathname,
      () => setDrawer(false),
      { defer: true },
    ),
  )

  return (
    <div class="frame" data-bare={props.bare ? "" : undefined}>
      <header class="frame-head">
        <Show when={narrow() && !props.bare}>
          <IconButton
            ref={menu}
            label="Sessions"
            icon={<Menu />}
            aria-haspopup="dialog"
            aria-expanded={drawer()}
            onClick={() => setDrawer(true)}
          />
        </Show>
        <ServerButton form={props.form} onFormClose={() => props.onForm(undefined)} />
        <h1 class="frame-title">{props.title}</h1>
        <Show when={!props.bare}>
          <LinkStatus shown={shown()} resting={resting()} />
        </Show>
      </header>
      <div class="frame-strip">
        <Show when={!props.bare}>
          <LinkStrip shown={shown()} resting={resting()} onEdit={props.onForm} />
          <IdleStrip id={server.id} />
        </Show>
      </div>
      <Show when={!props.bare}>
        <Show
          when={narrow()}
          fallback={
            <aside class="frame-sidebar" aria-label="Sessions">
              {props.sidebar}
            </aside>
          }
        >
          <Drawer
            open={drawer()}
            onOpenChange={setDrawer}
            title="Sessions"
            opener={() => menu}
            onClick={onDrawerClick}
          >
            {props.sidebar}
          </Drawer>
        </Show>
      </Show>
      <main class="frame-main" tabindex="-1">
        {props.children}
      </main>
    </div>
  )
}
