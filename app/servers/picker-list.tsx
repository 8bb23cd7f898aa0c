import Plus from "lucide-solid/icons/plus"
import Search from "lucide-solid/icons/search"
import SquarePlus from "lucide-solid/icons/square-plus"
import { createMemo, createSignal, For, onMount, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { ListFileMenu } from "./list-file-menu.tsx"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import type { FormField } from "./server-form.tsx"
import { serverAddress } from "./server-path.ts"
import { ServerRow } from "./server-row.tsx"
import { createWaitingFilter, WaitingButton } from "./waiting-filter.tsx"

export type PickerListProps = {
  /** The row that takes the focus, instead of the search field. */
  focusId?: string | undefined
  onPick: () => void
  onAdd: (address?: string) => void
  onEdit: (server: Server, field: FormField) => void
  onSignOut: (server: Server) => void
  onRemove: (server: Server) => void
  onHide: (server: Server) => void
}

export function PickerList(props: PickerListProps) {
  const servers = useServers()
  const [query, setQuery] = createSignal("")
  const waiting = createWaitingFilter()
  const wordsOf = (server: Server) =>
    [server.name, serverAddress(server), servers.spawned?.row(server.id)?.source].join(" ")
  const shown = createMemo(() =>
    servers.list().filter((server) => matches(wordsOf(server), query()) && waiting.admits(server)),
  )
  // By id: one that is renamed keeps its row, and with it the focus.
  const shownIds = createMemo(() => shown().map(({ id }) => id))
  const find = (id: string) => shown().find((server) => server.id === id)
  let root: HTMLDivElement | undefined
  let search: HTMLInputElement | undefined

  const rows = () => [...(root?.querySelectorAll<HTMLElement>(".row-link") ?? [])]
  const focusRow = (index: number) => (index < 0 ? search : rows()[index])?.focus()
  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows().indexOf(document.activeElement as HTMLElement)
    const inSearch = document.activeElement === search
    if (event.isComposing || (at < 0 && !inSearch)) return
    const last = rows().length - 1
    if (event.key === "ArrowDown") focusRow(Math.min(at + 1, last))
    else if (event.key === "ArrowUp") focusRow(at - 1)
    else if (event.key === "Home" && !inSearch) focusRow(0)
    else if (event.key === "End" && !inSearch) focusRow(last)
    else if (event.key === "Enter" && inSearch) rows()[0]?.click()
    else return
    event.preventDefault()
  }

  onMount(() => {
    const index = servers.list().findIndex((server) => server.id === props.focusId)
    // On opening, the dialog places the focus after this; coming back from the form, nobody else does.
    queueMicrotask(() => focusRow(index))
  })

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the controls inside
    <div class="picker-list" ref={root} onKeyDown={onKeyDown}>
      <div class="picker-search">
        <Search />
        <input
          ref={search}
          type="search"
          aria-label="Search servers"
          placeholder="Search servers"
          autocomplete="off"
          spellcheck={false}
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <WaitingButton filter={waiting} />
      </div>
      <ul class="picker-rows" aria-label="Servers">
        <For each={shownIds()} fallback={<None query={query().trim()} onAdd={props.onAdd} />}>
          {(id) => (
            <Show when={find(id)}>
              {(server) => (
                <ServerRow
                  server={server()}
                  onPick={props.onPick}
                  onEdit={(field) => props.onEdit(server(), field)}
                  onSignOut={() => props.onSignOut(server())}
                  onRemove={() => props.onRemove(server())}
                  onHide={() => props.onHide(server())}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
      <div class="picker-foot">
        <Button variant="quiet" onClick={() => props.onAdd()}>
          <Plus />
          Add server
        </Button>
        <Show when={servers.spawned}>
          {(spawned) => (
            <Button
              variant="quiet"
              onClick={() => {
                props.onPick()
                spawned().onNew()
              }}
            >
              <SquarePlus />
              New sandbox
            </Button>
          )}
        </Show>
        <div class="picker-more">
          <HiddenServers />
          <ListFileMenu />
        </div>
      </div>
    </div>
  )
}

function None(props: { query: string; onAdd: (address: string) => void }) {
  return (
    <li class="picker-none">
      <Show when={props.query !== ""} fallback="There is no server here yet. Add one.">
        <p>Nothing matches “{props.query}”.</p>
        <Button onClick={() => props.onAdd(props.query)}>Add it as a server</Button>
      </Show>
    </li>
  )
}

/** Provided servers cannot be removed, so there has to be a way back to them. */
function HiddenServers() {
  const servers = useServers()
  const showAll = () => {
    for (const server of servers.hidden()) servers.show(server.id)
  }
  return (
    <Show when={servers.hidden().length > 0}>
      <Button variant="quiet" onClick={showAll}>
        Show {servers.hidden().length} hidden
      </Button>
    </Show>
  )
}

/** Every word of the query is in the name, in the address, or in where the files come from. */
function matches(words: string, query: string): boolean {
  const text = words.toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
