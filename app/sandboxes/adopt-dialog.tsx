// Data whose own template cannot be used any more: another one takes it up.
import { useNavigate } from "@solidjs/router"
import { createSignal, onMount, Show } from "solid-js"
import type { KeptData } from "../../shared/sandboxes.ts"
import { Button } from "../ui/button.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { Skeleton } from "../ui/skeleton.tsx"
import { adoption } from "./adoption.ts"
import { createAnswer } from "./create-answer.ts"
import { sandboxPath } from "./sandbox-path.ts"
import { useSpawning } from "./sandboxes-context.ts"
import { TemplateCards } from "./template-cards.tsx"

export function AdoptDialog(props: { data: KeptData }) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const { data } = props
  const [chosen, setChosen] = createSignal<string>()
  onMount(sandboxes.loadOffer)
  const others = () => sandboxes.offer()?.templates.filter(({ id }) => id !== data.template)
  const place = () => (data.directory === null ? "" : ` It works in the directory ${data.directory}.`)
  const template = () => chosen() ?? others()?.[0]?.id
  const adopt = createAnswer(async () => {
    const id = template()
    if (id === undefined) return
    const sandbox = await sandboxes.spawn(adoption(data, id))
    navigate(sandboxPath(sandbox.id))
  })
  return (
    <Dialog
      open
      onOpenChange={adopt.onOpenChange}
      title={`Adopt the data of “${data.name}”`}
      description={`It was made with the template “${data.template}”, which cannot be used for it now. Choose another one.${place()}`}
      width="560px"
      focusFirst={(content) => content.querySelector<HTMLElement>("input")}
    >
      <form onSubmit={(event) => void adopt.answer(event)}>
        <div class="dialog-fields">
          <Show when={others()} fallback={<Waiting />}>
            {(templates) => (
              <TemplateCards
                templates={templates()}
                value={template()}
                onChange={setChosen}
                error={templates().length === 0 ? "There is no other template." : undefined}
              />
            )}
          </Show>
          <p class="text-field-error" role="alert">
            {adopt.trouble()}
          </p>
        </div>
        <div class="dialog-actions">
          <Button onClick={adopt.close}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={adopt.busy() || template() === undefined}>
            Adopt
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Waiting() {
  const sandboxes = useSpawning()
  return (
    <Show when={sandboxes.offerTrouble()} fallback={<Skeleton label="Loading the templates" rows={2} />}>
      {(sentence) => <p class="text-field-error">{sentence()}</p>}
    </Show>
  )
}
