// A map that names places which do not exist is worse than no map.
const topLevel = /^(?:app|proxy|shared|tests|scripts|demo|docs|docker|deploy|\.ci)\//

/** Every path in backticks or in a link that begins with one of our folders. */
export function namedPaths(markdown: string): string[] {
  const quoted = [...markdown.matchAll(/`([^`\s]+)`|\]\(([^)\s]+)\)/g)].map(
    (match) => match[1] ?? match[2] ?? "",
  )
  return [...new Set(quoted.map((path) => path.replace(/^\.\//, "")).filter((path) => topLevel.test(path)))]
}

export function missingPaths(markdown: string, exists: (path: string) => boolean): string[] {
  return namedPaths(markdown).filter((path) => !exists(path))
}
