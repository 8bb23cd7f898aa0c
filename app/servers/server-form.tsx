// Adds or edits one server. The address is tested while it is typed; a server that is down can be saved.
import { onMount, Show, untrack } from "solid-js"
import { Button } from "../ui/button.tsx"
import { Checkbox } from "../ui/checkbox.tsx"
import { TextField } from "../ui/text-field.tsx"
import { createServerEntry } from "./create-server-entry.ts"
import { createTypedProbe } from "./create-typed-probe.ts"
import type { probe } from "./probe.ts"
import { ProbeResult } from "./probe-result.tsx"
import type { Server } from "./server.ts"
import { defaultUsername } from "./target-headers.ts"
import "./server-form.css"

export type FormField = "address" | "password"

export type ServerFormProps = {
  /** Edit this one; otherwise add one. */
  server?: Server | undefined
  /** Filled in when adding. */
  address?: string | undefined
  /** Takes the focus when the form appears. */
  focus?: FormField
  onDone: (id: string) => void
  onCancel?: (() => void) | undefined
  probe?: typeof probe
}

export function ServerForm(props: ServerFormProps) {
  // The form belongs to one server for as long as it stands.
  const entry = createServerEntry(
    untrack(() => props.server),
    untrack(() => props.address),
  )
  const [address, setAddress] = entry.address
  const [name, setName] = entry.name
  const [username, setUsername] = entry.username
  const [remember, setRemember] = entry.remember
  const fixed = () => props.server?.provided === true
  const health = createTypedProbe(entry.target, props.probe)
  let form: HTMLFormElement | undefined
  onMount(() => {
    const { focus } = props
    if (focus) queueMicrotask(() => form?.querySelector<HTMLElement>(fields[focus])?.focus())
  })
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    const id = entry.save()
    if (id !== undefined) props.onDone(id)
  }

  return (
    <form ref={form} class="server-form" onSubmit={save} novalidate>
      <div class="fields">
        <TextField
          label="Address"
          mono
          value={address()}
          onInput={setAddress}
          onBlur={() => setAddress(entry.url() ?? address())}
          placeholder="host:port"
          inputmode="url"
          autocapitalize="off"
          spellcheck={false}
          disabled={fixed()}
          error={entry.fault()}
          description={<Preview typed={address()} url={entry.url()} fixed={fixed()} />}
        />
        <TextField
          label="Name"
          value={name()}
          onInput={setName}
          maxLength={80}
          placeholder={hostOf(entry.url()) ?? "How you want to see it in the list"}
          disabled={fixed()}
        />
        <div class="pair">
          <TextField
            label="User name"
            value={username()}
            onInput={setUsername}
            placeholder={defaultUsername}
            autocapitalize="off"
            spellcheck={false}
          />
          <TextField
            label="Password"
            type="password"
            value={entry.password.text()}
            onInput={entry.password.set}
            description={entry.password.withheld()}
            autocomplete="off"
            placeholder="None"
          />
        </div>
        <Checkbox
          label="Remember the password on this device"
          description="Otherwise it is kept until this tab is closed. Remembered, it is stored unencrypted in this browser."
          checked={remember()}
          onChange={setRemember}
        />
        <ProbeResult health={entry.fault() ? undefined : health()} />
      </div>
      <div class="form-actions">
        <Show when={props.onCancel}>{(cancel) => <Button onClick={() => cancel()()}>Cancel</Button>}</Show>
        <Button type="submit" variant="primary">
          {props.server ? "Save server" : "Add server"}
        </Button>
      </div>
    </form>
  )
}

const fields = { address: "input:enabled", password: "input[type=password]" } as const

/** What the typed text will become, when that is not what stands there. */
function Preview(props: { typed: string; url: string | undefined; fixed: boolean }) {
  return (
    <Show when={!props.fixed} fallback="This server is provided by the installation.">
      <Show
        when={props.url && props.url !== props.typed ? props.url : undefined}
        fallback="Host and port of an OpenCode server."
      >
        {(url) => <code>{url()}</code>}
      </Show>
    </Show>
  )
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).host
}
