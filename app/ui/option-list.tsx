// A listbox that is driven from one place, the search field or the list itself, by aria-activedescendant.
import Check from "lucide-solid/icons/check"
import Search from "lucide-solid/icons/search"
import { createMemo, createSignal, createUniqueId, For, onMount, Show } from "solid-js"
import "./option-list.css"

export type SelectOption = { value: string; label: string; description?: string | undefined }

export type OptionListProps = {
  label: string
  options: readonly SelectOption[]
  value: string | undefined
  onChoose: (value: string) => void
}

/** More than fit one glance. */
const searchFrom = 9
const wordLength = 24

export function OptionList(props: OptionListProps) {
  const id = createUniqueId()
  const [query, setQuery] = createSignal("")
  const [active, setActive] = createSignal(
    Math.max(
      0,
      props.options.findIndex((option) => option.value === props.value),
    ),
  )
  const searchable = () => props.options.length >= searchFrom
  const shown = createMemo(() => props.options.filter((option) => matches(option, query())))
  // A word fits beside the label; a sentence stands below it.
  const stacked = () => props.options.some((option) => (option.description?.length ?? 0) > wordLength)
  const optionId = (index: number) => `${id}-${index}`
  let search: HTMLInputElement | undefined
  let list: HTMLDivElement | undefined

  const move = (to: number) => {
    const next = Math.max(0, Math.min(to, shown().length - 1))
    setActive(next)
    document.getElementById(optionId(next))?.scrollIntoView?.({ block: "nearest" })
  }
  const choose = (index: number) => {
    const option = shown()[index]
    if (option) props.onChoose(option.value)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys(event.key, active(), shown().length)
    if (event.isComposing || (act === undefined && event.key !== "Enter")) return
    event.preventDefault()
    if (act === undefined) choose(active())
    else move(act)
  }
  const activeId = () => (shown().length > 0 ? optionId(active()) : undefined)

  onMount(() => {
    // After the popover has placed its own focus.
    queueMicrotask(() => (search ?? list)?.focus())
    move(active())
  })

  return (
    <div class="option-list">
      <Show when={searchable()}>
        <div class="option-search">
          <Search />
          <input
            ref={search}
            type="text"
            role="combobox"
            aria-label={`Search ${props.label.toLowerCase()}`}
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={activeId()}
            aria-autocomplete="list"
            autocomplete="off"
            spellcheck={false}
            placeholder="Search"
            value={query()}
            onInput={(event) => {
              setQuery(event.currentTarget.value)
              move(0)
            }}
            onKeyDown={onKeyDown}
          />
        </div>
      </Show>
      <div
        ref={list}
        id={`${id}-list`}
        class="option-scroll"
        data-stacked={stacked() ? "" : undefined}
        role="listbox"
        aria-label={props.label}
        tabIndex={searchable() ? -1 : 0}
        aria-activedescendant={searchable() ? undefined : activeId()}
        onKeyDown={(event) => {
          if (!searchable()) onKeyDown(event)
        }}
      >
        <For each={shown()} fallback={<p class="option-none">Nothing matches “{query()}”.</p>}>
          {(option, index) => (
            // The list holds the focus and the keys; an option only takes the pointer.
            // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant stands in for focus
            // biome-ignore lint/a11y/useKeyWithClickEvents: see onKeyDown of the list
            <div
              id={optionId(index())}
              class="option"
              role="option"
              aria-selected={option.value === props.value}
              data-active={index() === active() ? "" : undefined}
              onPointerMove={() => setActive(index())}
              onClick={() => choose(index())}
            >
              <span class="option-check">
                <Show when={option.value === props.value}>
                  <Check />
                </Show>
              </span>
              <span class="option-words">
                <span class="option-label">{option.label}</span>
                <Show when={option.description}>
                  <span class="option-description">{option.description}</span>
                </Show>
              </span>
            </div>
          )}
        </For>
      </div>
    </div>
  )
}

/** Where a key moves to; undefined when it does not move. */
function keys(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowDown") return at + 1
  if (key === "ArrowUp") return at - 1
  if (key === "PageDown") return at + 8
  if (key === "PageUp") return at - 8
  if (key === "Home") return 0
  if (key === "End") return count - 1
  return undefined
}

/** Every word of the query is somewhere in the option. */
function matches(option: SelectOption, query: string): boolean {
  const text = `${option.label} ${option.description ?? ""}`.toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
