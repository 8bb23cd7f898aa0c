import type { Session } from "@opencode-ai/sdk/v2/client"
import { A } from "@solidjs/router"
import Ellipsis from "lucide-solid/icons/ellipsis"
import Pencil from "lucide-solid/icons/pencil"
import Trash from "lucide-solid/icons/trash"
import { createSignal, Match, Show, Switch } from "solid-js"
import { ConfirmDialog } from "../ui/confirm-dialog.tsx"
import { Menu } from "../ui/menu.tsx"
import { notify } from "../ui/notices.tsx"
import { useChat } from "./chat-context.tsx"
import { createCut } from "./create-cut.ts"
import { RenameDialog } from "./rename-dialog.tsx"
import { titleOf } from "./session-groups.ts"

export type SessionRowProps = {
  session: Session
  href: string
  current: boolean
  asks: number
  /** When it was last used, as people write it; tells sessions of the same title apart. */
  time?: string | undefined
  onDeleted: () => void
}

export function SessionRow(props: SessionRowProps) {
  const chat = useChat()
  const [renaming, setRenaming] = createSignal(false)
  const [deleting, setDeleting] = createSignal(false)
  const title = () => titleOf(props.session)
  const remove = async () => {
    try {
      await chat.deleteSession(props.session.id)
      props.onDeleted()
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : "Try again."
      notify({ kind: "danger", text: `“${title()}” was not deleted. ${why}` })
    }
  }
  return (
    <li class="session-row" data-current={props.current ? "" : undefined}>
      <A
        class="session-link"
        href={props.href}
        aria-current={props.current ? "page" : undefined}
        title={title()}
      >
        <span class="session-title">{title()}</span>
        <span class="session-end">
          <Show when={props.time}>
            <span class="session-time">
              <span class="visually-hidden">, </span>
              {props.time}
            </span>
          </Show>
          <SessionMark id={props.session.id} asks={props.asks} />
        </span>
      </A>
      <Menu
        label={`Actions for ${title()}`}
        trigger={<Ellipsis />}
        items={[
          { label: "Rename", icon: <Pencil />, onSelect: () => setRenaming(true) },
          { label: "Delete", icon: <Trash />, danger: true, onSelect: () => setDeleting(true) },
        ]}
      />
      <RenameDialog
        open={renaming()}
        onOpenChange={setRenaming}
        title={title()}
        rename={(next) => chat.renameSession(props.session.id, next)}
      />
      <ConfirmDialog
        open={deleting()}
        onOpenChange={setDeleting}
        title={`Delete “${title()}”?`}
        description="The conversation is deleted on the server. Files that the agent changed stay as they are."
        confirm="Delete session"
        danger
        onConfirm={() => void remove()}
      />
    </li>
  )
}

function runningWords(retrying: boolean, known: boolean): string {
  if (!known) return ", was running when last seen"
  return retrying ? ", retrying" : ", running"
}

/** State by shape and by word: what waits wins over what runs. */
function SessionMark(props: { id: string; asks: number }) {
  const chat = useChat()
  const status = () => chat.state.status[props.id]?.type ?? "idle"
  const cut = createCut(chat)
  const known = () => !chat.stale() && !cut()
  return (
    <Switch>
      <Match when={props.asks > 0}>
        <span class="session-asks">
          <span aria-hidden="true">{props.asks}</span>
          <span class="visually-hidden">{`, ${props.asks} waiting for you`}</span>
        </span>
      </Match>
      <Match when={status() !== "idle"}>
        <span
          class="session-running"
          classList={{ working: known() }}
          data-retry={status() === "retry" ? "" : undefined}
        >
          <span class="visually-hidden">{runningWords(status() === "retry", known())}</span>
        </span>
      </Match>
      <Match when={chat.state.errors[props.id]}>
        <span class="session-failed">
          <span aria-hidden="true">✕</span>
          <span class="visually-hidden">, failed</span>
        </span>
      </Match>
    </Switch>
  )
}
