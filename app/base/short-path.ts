// Paths as people write them.

/** `/work/repo/src/a.ts` → `src/a.ts` in `/work/repo`. */
export function shortPath(path: string, directory: string): string {
  const root = directory.endsWith("/") ? directory : `${directory}/`
  return path.startsWith(root) ? path.slice(root.length) : path
}

/** `src/a.ts` → `a.ts` */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1)
}
