// The list of servers as a file, out and in.
import Ellipsis from "lucide-solid/icons/ellipsis"
import { saveFile } from "../base/save-file.ts"
import { Menu } from "../ui/menu.tsx"
import { notify } from "../ui/notices.tsx"
import { listFileName, mergeSentence, mostBytes, readServers, tooLarge } from "./list-file.ts"
import { useServers } from "./server-context.tsx"

export function ListFileMenu() {
  const servers = useServers()
  let input: HTMLInputElement | undefined

  const importText = (text: string) => {
    const list = readServers(text)
    if (!list.ok) return notify({ kind: "warn", text: list.reason })
    const { counts, undo } = servers.importList(list)
    notify({ text: mergeSentence(counts), ...(undo && { action: { label: "Undo", run: undo } }) })
  }
  const importFile = async (file: File) => {
    if (file.size > mostBytes) return notify({ kind: "warn", text: tooLarge })
    try {
      importText(await file.text())
    } catch {
      // Deleted or locked since it was chosen.
      notify({ kind: "warn", text: `“${file.name}” cannot be read. Choose it again.` })
    }
  }
  const onChange = (event: Event & { currentTarget: HTMLInputElement }) => {
    const file = event.currentTarget.files?.[0]
    // The same file chosen again is a change again.
    event.currentTarget.value = ""
    if (file) void importFile(file)
  }

  return (
    <>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="File with a list of servers"
        hidden
        onChange={onChange}
      />
      <Menu
        label="Export or import the list"
        trigger={<Ellipsis />}
        items={[
          { label: "Export list", onSelect: () => saveFile(listFileName, servers.exportList()) },
          { label: "Import list", onSelect: () => input?.click() },
        ]}
      />
    </>
  )
}
