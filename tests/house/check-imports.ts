// Directions: from the text of a file to the rooms and packages that it imports, and whether it may.
import { posix } from "node:path"
import { owners, rooms, testsMayImport } from "./house.ts"
import { isTest, type SourceFile } from "./source-files.ts"

const tsconfig = JSON.stringify({ compilerOptions: { verbatimModuleSyntax: true, jsx: "preserve" } })
const transpilers = {
  ts: new Bun.Transpiler({ loader: "ts", trimUnusedImports: false, tsconfig }),
  tsx: new Bun.Transpiler({ loader: "tsx", trimUnusedImports: false, tsconfig }),
}

/** What is left after types are gone. */
export function loads({ path, text }: SourceFile): string[] {
  const transpiler = transpilers[path.endsWith("x") ? "tsx" : "ts"]
  return transpiler
    .scanImports(text)
    .map((found) => found.path)
    .filter((specifier) => !/^react(\/|$)/.test(specifier))
}

/** Types included: a direction holds for them too. */
export function imports({ path, text }: SourceFile): string[] {
  const untyped = text
    .replace(/^(import|export) type (?=[{*]|\w+ from)/gm, "$1 ")
    .replace(/^(?:import|export) (?:\w+, )?\{[^}]*\} from/gm, (list) => list.replace(/\btype (?=\w)/g, ""))
  return loads({ path, text: untyped })
}

export function roomOf(path: string): string | undefined {
  const fits = (room: string) => path.startsWith(`${room}/`) || (room.includes("/") && path.startsWith(room))
  return Object.keys(rooms)
    .filter(fits)
    .sort((a, b) => b.length - a.length)[0]
}

export function importTrespasses(file: SourceFile): string[] {
  const { path } = file
  const from = roomOf(path)
  if (!from) return [`${path} is in no room of the house`]
  const allowed = [from, ...(rooms[from] ?? []), ...(isTest(path) ? testsMayImport : [])]
  return imports(file)
    .filter((specifier) => specifier.startsWith("."))
    .flatMap((specifier) => {
      const target = posix.normalize(posix.join(posix.dirname(path), specifier))
      const to = roomOf(target)
      // Files at the root (package.json) belong to everybody.
      if (to === undefined && !target.startsWith("..") && !target.includes("/")) return []
      return to !== undefined && allowed.includes(to)
        ? []
        : [`${path}: ${from} may not import ${to ?? target}`]
    })
}

export function ownerTrespasses(file: SourceFile): string[] {
  const { path } = file
  if (path.startsWith("tests/") || isTest(path)) return []
  return loads(file).flatMap((specifier) =>
    owners
      .filter((owner) => owner.package.test(specifier) && !owner.only.some((place) => path.startsWith(place)))
      .map((owner) => `${path}: only ${owner.only[0]} loads ${specifier}, because ${owner.why}`),
  )
}

/** `./x` without its extension works in one tool and breaks in another. */
export function bareSpecifiers(file: SourceFile): string[] {
  return imports(file)
    .filter((specifier) => specifier.startsWith(".") && !/\.[a-z]+$/.test(specifier))
    .map((specifier) => `${file.path}: ${specifier} has no extension`)
}
