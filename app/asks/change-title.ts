// What an edit would do, named by its file.
import { fileName } from "../base/short-path.ts"
import { parseDiff } from "../ui/unified-diff.ts"

/** "change greeting.ts", "create notes.txt", "change 3 files"; undefined where there is no diff to read. */
export function changeTitle(diff: string, path: string): string | undefined {
  const files = parseDiff(diff)
  const only = files[0]
  if (!only) return undefined
  if (files.length > 1) return `change ${files.length} files`
  const name = fileName(path || only.path)
  return `${verbOf(diff)} ${name}`
}

/** A file that has no lines before is a new one; one that has none after goes. */
function verbOf(diff: string): string {
  const hunks = diff.match(/^@@ .*? @@/gm) ?? []
  if (hunks.length > 0 && hunks.every((hunk) => / -0,0 /.test(hunk))) return "create"
  if (hunks.length > 0 && hunks.every((hunk) => / \+0,0 /.test(hunk))) return "empty or delete"
  return "change"
}
