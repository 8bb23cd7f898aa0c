// What an operator offers, with what it costs, before anybody presses a button.
import { For, Show } from "solid-js"
import type { OfferedTemplate } from "../../shared/templates.ts"
import { idleWords, resourceWords } from "./sandbox-words.ts"
import "./template-cards.css"

export type TemplateCardsProps = {
  templates: readonly OfferedTemplate[]
  value: string | undefined
  onChange: (id: string) => void
  error: string | undefined
}

export function TemplateCards(props: TemplateCardsProps) {
  return (
    <fieldset class="template-cards">
      <legend>Template</legend>
      <div class="template-grid">
        <For each={props.templates}>
          {(template) => (
            <label class="template-card">
              <input
                type="radio"
                name="template"
                value={template.id}
                checked={template.id === props.value}
                onChange={() => props.onChange(template.id)}
              />
              <span class="template-title">{template.title}</span>
              <span class="template-text">{template.description}</span>
              <span class="template-facts">
                <Show when={resourceWords(template)}>{(words) => <span>{words()}</span>}</Show>
                <span>{idleWords(template)}</span>
                <Show when={template.notes}>{(notes) => <span>{notes()}</span>}</Show>
              </span>
            </label>
          )}
        </For>
      </div>
      <Show when={props.error}>{(error) => <p class="template-error">{error()}</p>}</Show>
    </fieldset>
  )
}
