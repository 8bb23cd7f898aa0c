import Bot from "lucide-solid/icons/bot"
import FilePen from "lucide-solid/icons/file-pen"
import FileText from "lucide-solid/icons/file-text"
import FolderSearch from "lucide-solid/icons/folder-search"
import Globe from "lucide-solid/icons/globe"
import ListChecks from "lucide-solid/icons/list-checks"
import MessageCircleQuestion from "lucide-solid/icons/message-circle-question-mark"
import Search from "lucide-solid/icons/search"
import SquareTerminal from "lucide-solid/icons/square-terminal"
import Wrench from "lucide-solid/icons/wrench"
import { lookUp } from "../../base/bare-record.ts"

const icons: Readonly<Record<string, typeof Wrench>> = {
  bash: SquareTerminal,
  edit: FilePen,
  write: FilePen,
  apply_patch: FilePen,
  read: FileText,
  grep: Search,
  glob: FolderSearch,
  list: FolderSearch,
  webfetch: Globe,
  websearch: Globe,
  todowrite: ListChecks,
  task: Bot,
  question: MessageCircleQuestion,
}

export function toolIcon(tool: string): typeof Wrench {
  return lookUp(icons, tool) ?? Wrench
}
