// What a person is asked before something is renamed, cancelled or deleted. Mounted once; whoever asks says so
// through the context, so that menus and pages ask the same.
import { Match, Switch } from "solid-js"
import { AdoptDialog } from "./adopt-dialog.tsx"
import { CancelDialog } from "./cancel-dialog.tsx"
import { DeleteDataDialog, DeleteDialog } from "./delete-dialog.tsx"
import { RenameDialog } from "./rename-dialog.tsx"
import { useSpawning } from "./sandboxes-context.ts"

export function SandboxDialogs(props: { shownId: string | undefined }) {
  const sandboxes = useSpawning()
  const sandboxOf = (kind: string) => {
    const asked = sandboxes.asked()
    return asked?.kind === kind ? sandboxes.find(asked.id) : undefined
  }
  const dataOf = (kind: string) => {
    const asked = sandboxes.asked()
    return asked?.kind === kind ? sandboxes.data().find(({ id }) => id === asked.id) : undefined
  }
  return (
    <Switch>
      <Match when={sandboxOf("rename")} keyed>
        {(sandbox) => <RenameDialog sandbox={sandbox} />}
      </Match>
      <Match when={sandboxOf("delete")} keyed>
        {(sandbox) => <DeleteDialog sandbox={sandbox} shownId={props.shownId} />}
      </Match>
      <Match when={sandboxOf("cancel")} keyed>
        {(sandbox) => <CancelDialog sandbox={sandbox} />}
      </Match>
      <Match when={dataOf("delete-data")} keyed>
        {(kept) => <DeleteDataDialog data={kept} />}
      </Match>
      <Match when={dataOf("adopt")} keyed>
        {(kept) => <AdoptDialog data={kept} />}
      </Match>
    </Switch>
  )
}
