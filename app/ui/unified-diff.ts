// Reads unified diffs (`git diff`, `diff -u`) into lines with their numbers on both sides.

export type DiffLine =
  | { kind: "same"; text: string; before: number; after: number }
  | { kind: "removed"; text: string; before: number }
  | { kind: "added"; text: string; after: number }
  /** Between two hunks: lines that did not change and are not shown. */
  | { kind: "gap" }

export type FileDiff = { path: string; lines: DiffLine[]; added: number; removed: number }

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** Text that is no diff gives no files. Counts in hunk heads decide, so that a line `--- x` stays content. */
export function parseDiff(text: string): FileDiff[] {
  const files: FileDiff[] = []
  const rows = text.split("\n")
  let oldPath = ""
  let at = 0
  while (at < rows.length) {
    const row = rows[at] ?? ""
    const hunk = hunkHead.exec(row)
    if (hunk) {
      const file = files.at(-1) ?? startFile(files, oldPath)
      at = readHunk(file, rows, at + 1, hunk)
      continue
    }
    if (row.startsWith("--- ")) oldPath = pathOf(row.slice(4))
    if (row.startsWith("+++ ")) startFile(files, newPath(pathOf(row.slice(4)), oldPath))
    at++
  }
  return files.filter((file) => file.lines.length > 0)
}

function startFile(files: FileDiff[], path: string): FileDiff {
  const file: FileDiff = { path, lines: [], added: 0, removed: 0 }
  files.push(file)
  return file
}

/** Returns the index of the first row behind the hunk. */
function readHunk(file: FileDiff, rows: readonly string[], start: number, head: RegExpExecArray): number {
  let before = Number(head[1])
  let after = Number(head[3])
  const lastBefore = before + Number(head[2] ?? 1)
  const lastAfter = after + Number(head[4] ?? 1)
  if (file.lines.length > 0) file.lines.push({ kind: "gap" })
  let at = start
  for (; at < rows.length && (before < lastBefore || after < lastAfter); at++) {
    const row = rows[at] ?? ""
    const text = row.slice(1)
    if (row.startsWith("+")) {
      file.lines.push({ kind: "added", text, after: after++ })
      file.added++
    } else if (row.startsWith("-")) {
      file.lines.push({ kind: "removed", text, before: before++ })
      file.removed++
    } else if (row.startsWith("\\")) {
      // "\ No newline at end of file" is about the line before it.
    } else {
      file.lines.push({ kind: "same", text, before: before++, after: after++ })
    }
  }
  return at
}

/** Without git's `a/` and `b/`, and without the time that `diff -u` adds after a tab. */
function pathOf(written: string): string {
  return (written.split("\t")[0] ?? "").replace(/^[ab]\//, "")
}

function newPath(path: string, oldPath: string): string {
  return path === "/dev/null" ? oldPath : path
}
