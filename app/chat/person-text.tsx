import { createSignal, Show } from "solid-js"

/** A prompt longer than this is mostly pasted: its beginning says what it is. */
const mostLines = 20
const mostCharacters = 3_000
const shownLines = 12
const shownCharacters = 1_500

/** What a person wrote; a very long text is folded. */
export function PersonText(props: { text: string }) {
  const [all, setAll] = createSignal(false)
  const lines = () => props.text.split("\n")
  const long = () => lines().length > mostLines || props.text.length > mostCharacters
  const beginning = () => lines().slice(0, shownLines).join("\n").slice(0, shownCharacters)
  const size = () =>
    lines().length > mostLines
      ? `${grouped(lines().length)} lines`
      : `${grouped(props.text.length)} characters`
  return (
    <>
      <p class="person-text">{long() && !all() ? `${beginning()}…` : props.text}</p>
      <Show when={long()}>
        <button type="button" class="person-more" aria-expanded={all()} onClick={() => setAll(!all())}>
          {all() ? "Show less" : `Show all ${size()}`}
        </button>
      </Show>
    </>
  )
}

/** 1200 → "1,200" */
function grouped(value: number): string {
  return value.toLocaleString("en")
}
