// Adds or edits one server. The address is tested while it is typed; a server that is down can be saved.
import { createSignal, onMount, Show, untrack } from "solid-js"
import { Button } from "../ui/button.tsx"
import { Checkbox } from "../ui/checkbox.tsx"
import { PasswordField } from "../ui/password-field.tsx"
import { TextField } from "../ui/text-field.tsx"
import { createServerEntry } from "./create-server-entry.ts"
import { createTypedProbe } from "./create-typed-probe.ts"
import type { LinkedServer } from "./linked-server.ts"
import type { probe } from "./probe.ts"
import { ProbeResult } from "./probe-result.tsx"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import { defaultUsername } from "./target-headers.ts"
import "./server-form.css"

export type FormField = "address" | "password"

export type ServerFormProps = {
  /** Edit this one; otherwise add one. */
  server?: Server | undefined
  /** Filled in when adding, from what the person typed elsewhere. */
  address?: string | undefined
  /** Filled in when adding, by whoever sent the link. */
  linked?: LinkedServer | undefined
  /** Takes the focus when the form appears. */
  focus?: FormField
  onDone: (id: string) => void
  onCancel?: (() => void) | undefined
  probe?: typeof probe
}

export function ServerForm(props: ServerFormProps) {
  // The form belongs to one server for as long as it stands.
  const entry = untrack(() =>
    createServerEntry(props.server, props.linked ?? { address: props.address ?? "" }),
  )
  const [address, setAddress] = entry.address
  const [name, setName] = entry.name
  const [username, setUsername] = entry.username
  const [remember, setRemember] = entry.remember
  const fixed = () => props.server?.provided === true
  const [asked, setAsked] = createSignal(false)
  /** A link must not make us send a request to an address of its choice, nor to one that is left of it. */
  const held = () => props.linked !== undefined && !asked()
  const health = createTypedProbe(() => (held() ? undefined : entry.target()), props.probe)
  let form: HTMLFormElement | undefined
  onMount(() => {
    const { focus } = props
    if (!focus) return
    queueMicrotask(() => {
      const field = form?.querySelector<HTMLInputElement>(fields[focus])
      field?.focus()
      // What is typed takes the place of a password that was wrong.
      field?.select()
    })
  })
  const save = (event: SubmitEvent) => {
    event.preventDefault()
    setAsked(true)
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
          // A fault takes its place, so that what is below does not jump.
          description={
            entry.fault() ? undefined : <Preview typed={address()} url={entry.url()} fixed={fixed()} />
          }
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
            name="username"
            autocomplete="username"
            placeholder={defaultUsername}
            autocapitalize="off"
            spellcheck={false}
          />
          <PasswordField
            label="Password"
            sealed={entry.password.isSaved()}
            value={entry.password.text()}
            onInput={entry.password.set}
            description={entry.password.withheld()}
            name="password"
            // A password that the browser fills in by itself must not go where a link leads.
            autocomplete={props.linked ? "new-password" : "current-password"}
            placeholder="None"
          />
        </div>
        <RememberBox server={props.server} checked={remember()} onChange={setRemember} />
        <Show
          when={held()}
          fallback={
            <ProbeResult
              health={entry.fault() ? undefined : health()}
              quiet={entry.fault() !== undefined}
              onAgain={health.again}
            />
          }
        >
          <HeldTest onTest={() => setAsked(true)} />
        </Show>
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

function RememberBox(props: {
  server: Server | undefined
  checked: boolean
  onChange: (checked: boolean) => void
}) {
  const servers = useServers()
  const words = () => {
    const refusal = servers.cannotRemember()
    if (refusal === undefined)
      return "Otherwise it is kept until the browser is closed. Remembered, it is stored encrypted in this browser."
    return props.server && servers.liesPlain(props.server.id) ? `${refusal} ${plainWords}` : refusal
  }
  return (
    <Checkbox
      label="Remember the password on this device"
      description={words()}
      checked={props.checked && servers.cannotRemember() === undefined}
      disabled={servers.cannotRemember() !== undefined}
      onChange={props.onChange}
    />
  )
}

const plainWords =
  "An earlier version stored the password of this server without encryption. It stays so until you save this form or sign out of the server."

function HeldTest(props: { onTest: () => void }) {
  return (
    <div class="probe-result held-test">
      <span>
        A link filled this in. Add it only if you trust who sent the link: what you type later goes to that
        server.
      </span>
      <Button size="small" onClick={() => props.onTest()}>
        Test
      </Button>
    </div>
  )
}

const fields = { address: "input:enabled", password: "input[name=password]" } as const

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
