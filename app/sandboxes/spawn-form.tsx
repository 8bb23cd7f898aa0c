// Template, files, name. What it costs and what separates it from others stands there before the button is pressed.
import { A } from "@solidjs/router"
import { Match, onMount, Show, Switch } from "solid-js"
import type { Sandbox } from "../../shared/sandboxes.ts"
import type { Offer } from "../../shared/templates.ts"
import { Button } from "../ui/button.tsx"
import { EmptyState } from "../ui/empty.tsx"
import { Skeleton } from "../ui/skeleton.tsx"
import { TextField } from "../ui/text-field.tsx"
import { createSpawnForm } from "./create-spawn-form.ts"
import { sandboxesListPath } from "./sandbox-path.ts"
import { useSpawning } from "./sandboxes-context.ts"
import { SourceFields } from "./source-fields.tsx"
import { TemplateCards } from "./template-cards.tsx"
import "./spawn-form.css"

export type SpawnFormProps = { onSpawned: (sandbox: Sandbox) => void }

export function SpawnForm(props: SpawnFormProps) {
  const sandboxes = useSpawning()
  onMount(sandboxes.loadOffer)
  return (
    <div class="spawn-form">
      <Switch fallback={<Skeleton label="Loading the templates" rows={4} />}>
        <Match when={sandboxes.offer()?.unavailable}>
          {(reason) => <NoOffer title="No sandbox can be made now" text={reason()} />}
        </Match>
        <Match when={sandboxes.offer()?.templates.length === 0}>
          <NoOffer
            title="There is no template"
            text="Whoever runs this Sandbar has to offer one before a sandbox can be made."
          />
        </Match>
        <Match when={sandboxes.offer()}>
          {(offer) => <Fields offer={offer()} onSpawned={props.onSpawned} />}
        </Match>
        <Match when={sandboxes.offerTrouble()}>
          {(reason) => <NoOffer title="The templates could not be loaded" text={reason()} />}
        </Match>
      </Switch>
    </div>
  )
}

function NoOffer(props: { title: string; text: string }) {
  const sandboxes = useSpawning()
  return (
    <EmptyState
      title={props.title}
      text={props.text}
      action={<Button onClick={() => sandboxes.loadOffer()}>Try again</Button>}
    />
  )
}

function Fields(props: { offer: Offer; onSpawned: (sandbox: Sandbox) => void }) {
  const sandboxes = useSpawning()
  const form = createSpawnForm({ sandboxes, onSpawned: (sandbox) => props.onSpawned(sandbox) })
  let element: HTMLFormElement | undefined
  let button: HTMLButtonElement | undefined
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    await form.submit()
    // A button that cannot be pressed for a while loses the focus.
    const wrong = element?.querySelector<HTMLElement>("[aria-invalid]")
    if (wrong) wrong.focus()
    else if (form.trouble()) button?.focus()
  }
  /** Without the one that gives way to this. */
  const others = () =>
    sandboxes.list().filter(({ id, isFresh }) => !isFresh || id !== form.draft.replaces?.id)
  const isFull = () => others().length >= (sandboxes.most() ?? Number.POSITIVE_INFINITY)
  return (
    <form ref={element} class="spawn-fields" onSubmit={(event) => void submit(event)} novalidate>
      <TemplateCards
        templates={props.offer.templates}
        value={form.template()?.id}
        onChange={(id) => form.set("template", id)}
        error={form.fault("template")}
      />
      <SourceFields form={form} offer={props.offer} />
      <TextField
        label="Name"
        value={form.name()}
        onInput={(text) => form.set("name", text)}
        maxLength={60}
        error={form.fault("name")}
        description="How it stands in your list. Another name makes another sandbox."
      />
      <Isolation isolation={props.offer.isolation} />
      <Show when={isFull() && !form.isTooMuch()}>
        <p class="spawn-note" data-kind="warn">
          You have {sandboxes.list().length} of {sandboxes.most()} sandboxes.{" "}
          <A class="text-link" href={sandboxesListPath}>
            Delete one first
          </A>
          .
        </p>
      </Show>
      <div class="spawn-end">
        <p class="spawn-trouble" role="alert">
          {form.trouble()}{" "}
          <Show when={form.isTooMuch()}>
            <A class="text-link" href={sandboxesListPath}>
              All sandboxes and kept data
            </A>
          </Show>
        </p>
        <Button ref={button} type="submit" variant="primary" disabled={form.sending()}>
          {form.sending() ? "Spawning" : "Spawn sandbox"}
        </Button>
      </div>
    </form>
  )
}

function Isolation(props: { isolation: Offer["isolation"] }) {
  const isNone = () => props.isolation.is === "none"
  return (
    <p class="spawn-note" data-kind={isNone() ? "warn" : "info"}>
      <Show when={isNone()}>
        <strong>No isolation.</strong>{" "}
      </Show>
      {props.isolation.sentence}
    </p>
  )
}
