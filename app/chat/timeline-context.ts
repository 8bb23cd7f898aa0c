// What every block of one timeline may need to know about where it stands.
import { defineContext } from "../base/define-context.ts"

export type TimelinePlace = {
  /** Paths below it are written without it. */
  directory: () => string
  /** Where a session opens: sub-agents have sessions of their own. */
  sessionHref: (id: string) => string
}

export const [TimelineProvider, useTimeline] = defineContext<TimelinePlace>("TimelineProvider")

/** `/work/repo/src/a.ts` → `src/a.ts` in `/work/repo`. */
export function shortPath(path: string, directory: string): string {
  const root = directory.endsWith("/") ? directory : `${directory}/`
  return path.startsWith(root) ? path.slice(root.length) : path
}
