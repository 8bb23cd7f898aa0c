// Where the files come from: a repository and its branch, a directory of this machine, or nothing yet.
import { createUniqueId, For, Match, Show, Switch } from "solid-js"
import type { Offer } from "../../shared/templates.ts"
import { TextField } from "../ui/text-field.tsx"
import type { SpawnForm } from "./create-spawn-form.ts"
import type { Source } from "./spawn-draft.ts"
import "./source-fields.css"

const labels = {
  repository: "A repository",
  directory: "An existing directory",
  nothing: "An empty directory",
} as const satisfies Record<Source, string>

type SourceFieldsProps = { form: SpawnForm; offer: Pick<Offer, "localDirectories" | "sharedDirectory"> }

export function SourceFields(props: SourceFieldsProps) {
  const { draft, set, fault } = props.form
  const offered = (): Source[] =>
    props.offer.localDirectories ? ["repository", "directory", "nothing"] : ["repository", "nothing"]
  const shared = () =>
    isShared(draft.directory, props.offer.sharedDirectory)
      ? "The local server works here too: two agents then change the same files."
      : undefined
  return (
    <>
      <fieldset class="source-choice">
        <legend>Files</legend>
        <For each={offered()}>
          {(source) => (
            <label>
              <input
                type="radio"
                name="source"
                checked={draft.source === source}
                onChange={() => set("source", source)}
              />
              {labels[source]}
            </label>
          )}
        </For>
      </fieldset>
      <Switch>
        <Match when={draft.source === "repository"}>
          <RepositoryField form={props.form} />
          <BranchField form={props.form} />
        </Match>
        <Match when={draft.source === "directory"}>
          <TextField
            label="Directory"
            mono
            value={draft.directory}
            onInput={(text) => set("directory", text)}
            placeholder="/home/me/project"
            autocapitalize="off"
            spellcheck={false}
            error={fault("directory")}
            description={
              <>
                On the machine that Sandbar runs on. The agent works in it directly: it changes these files.
                <Warning sentence={shared()} />
              </>
            }
          />
        </Match>
      </Switch>
    </>
  )
}

function isShared(typed: string, directory: string | undefined): boolean {
  const plain = (path: string) => path.trim().replace(/(?<=.)\/+$/, "")
  return directory !== undefined && plain(typed) === plain(directory)
}

function RepositoryField(props: { form: SpawnForm }) {
  const { draft, set, fault, recent, template, branches } = props.form
  const list = createUniqueId()
  const hosts = () => {
    const allowed = template()?.gitHosts ?? []
    return allowed.length > 0 ? `From ${allowed.join(", ")}.` : "Its https address."
  }
  return (
    <>
      <TextField
        label="Repository"
        mono
        value={draft.repository}
        onInput={(text) => set("repository", text)}
        placeholder="https://host/owner/repository"
        inputmode="url"
        autocapitalize="off"
        spellcheck={false}
        list={list}
        error={fault("repository")}
        description={
          <>
            {hosts()}
            <Warning sentence={branches.trouble()} />
          </>
        }
      />
      <datalist id={list}>
        <For each={recent()}>{(url) => <option value={url} />}</For>
      </datalist>
    </>
  )
}

function BranchField(props: { form: SpawnForm }) {
  const { draft, set, fault, branches } = props.form
  const list = createUniqueId()
  const found = () => branches.branches()
  const words = () => {
    if (branches.trouble() !== undefined) return "Type it, or leave it empty for the default branch."
    if (branches.asking()) return "Asking for its branches."
    const count = found()?.branches.length
    if (count === undefined) return "Empty for the repository’s default branch."
    return `Empty for the default branch${found()?.default ? `, ${found()?.default}` : ""}. ${count}${found()?.more ? " or more" : ""} to choose from.`
  }
  // Of a list that is complete; a tag can be cloned too, so nobody is held up.
  const unknown = () => {
    const [all, typed] = [found(), draft.branch.trim()]
    if (!all || all.more || typed === "" || all.branches.includes(typed)) return undefined
    return `The repository lists no branch “${typed}”.`
  }
  return (
    <>
      <TextField
        label="Branch"
        mono
        value={draft.branch}
        onInput={(text) => set("branch", text)}
        placeholder={found()?.default ?? "The default branch"}
        autocapitalize="off"
        spellcheck={false}
        list={list}
        error={fault("branch")}
        description={
          <>
            {words()}
            <Warning sentence={unknown()} />
          </>
        }
      />
      <Show when={found()}>
        {(all) => (
          <datalist id={list}>
            <For each={all().branches}>{(branch) => <option value={branch} />}</For>
          </datalist>
        )}
      </Show>
    </>
  )
}

/** It may go wrong like this, and may go well: nobody is held up. */
function Warning(props: { sentence: string | undefined }) {
  return (
    <span class="source-warning" role="status">
      {props.sentence}
    </span>
  )
}
