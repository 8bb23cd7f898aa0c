// What the dialogs about sandboxes share.
export function Trouble(props: { sentence: string | undefined }) {
  return (
    <p class="text-field-error" role="alert">
      {props.sentence}
    </p>
  )
}

/** The row that was acted on is another one now, or gone: the list goes on from its search, a page from its start. */
export function listField(): HTMLElement | null {
  return (
    document.querySelector<HTMLElement>(".picker-search input") ?? document.querySelector<HTMLElement>("main")
  )
}

export function firstField(content: HTMLElement): HTMLElement | null {
  return content.querySelector<HTMLElement>("input")
}
