// Sizes: a median and a tail that keep the house readable, and a stop that no file passes.
import { sizeExceptions, sizes } from "./house.ts"
import { isCode, isProduction, type SourceFile } from "./source-files.ts"

export const linesOf = (text: string) => text.split("\n").length - (text.endsWith("\n") ? 1 : 0)

export function tooLong(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => (isCode(path) || path.endsWith(".css")) && !(path in sizeExceptions))
    .flatMap(({ path, text }) => {
      const most = isProduction(path) ? sizes.most : sizes.mostForTests
      const lines = linesOf(text)
      return lines > most ? [`${path} has ${lines} lines; the stop is ${most}`] : []
    })
}

export function spread(files: readonly SourceFile[]): string[] {
  const lengths = files
    .filter(({ path }) => isCode(path) && isProduction(path))
    .map(({ text }) => linesOf(text))
    .sort((a, b) => a - b)
  const at = (share: number) => lengths[Math.floor((lengths.length - 1) * share)] ?? 0
  return [
    ...(at(0.5) > sizes.median ? [`the median file has ${at(0.5)} lines; at most ${sizes.median}`] : []),
    ...(at(0.9) > sizes.ninetieth
      ? [`nine files in ten have at most ${at(0.9)} lines, not ${sizes.ninetieth}`]
      : []),
  ]
}

export function staleExceptions(
  files: readonly SourceFile[],
  exceptions: Readonly<Record<string, string>>,
): string[] {
  const paths = new Set(files.map(({ path }) => path))
  return Object.keys(exceptions).filter((path) => !paths.has(path))
}

/** What has to be read to know what happens: no blank lines, no comments, no imports. */
export function codeLinesOf(text: string): number {
  const code = text
    .replace(/^import[^"]*"[^"]*"$/gm, "")
    .replace(/^\s*\/\*\*?[\s\S]*?\*\/$/gm, "")
    .replace(/^\s*\/\/.*$/gm, "")
  return code.split("\n").filter((line) => line.trim() !== "").length
}
