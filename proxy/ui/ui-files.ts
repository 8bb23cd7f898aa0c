// The built UI as a list that is read once: a path that is not on it does not exist, so no path can leave
// the directory.
import { readdirSync, readFileSync } from "node:fs"
import { join, relative, sep } from "node:path"

export type UiFile = {
  file: string
  type: string
  etag: string
  /** Content-hashed name: may be kept for ever. */
  immutable: boolean
  encodings: readonly ("br" | "gzip")[]
}
export type UiFiles = { indexHtml: string; files: ReadonlyMap<string, UiFile> }

const suffixes = { br: ".br", gzip: ".gz" } as const
const notServed = new Set(["index.html", "build-manifest.json"])

/** Throws the file system's error when the directory or its index.html cannot be read. */
export function readUiFiles(root: string): UiFiles {
  const indexHtml = readFileSync(join(root, "index.html"), "utf8")
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
  const known = new Set(names)
  const plain = names.filter(
    (name) => !notServed.has(withoutEncoding(name)) && withoutEncoding(name) === name,
  )
  return { indexHtml, files: new Map(plain.map((name) => [`/${name}`, describe(root, name, known)])) }
}

function describe(root: string, name: string, known: ReadonlySet<string>): UiFile {
  const file = join(root, name)
  return {
    file,
    type: name.endsWith(".webmanifest") ? "application/manifest+json" : Bun.file(file).type,
    etag: etagOf(readFileSync(file)),
    immutable: name.startsWith("assets/"),
    encodings: (["br", "gzip"] as const).filter((encoding) => known.has(name + suffixes[encoding])),
  }
}

function withoutEncoding(name: string): string {
  return name.replace(/\.(br|gz)$/, "")
}

export function etagOf(content: string | Uint8Array): string {
  return `"${Bun.hash(content).toString(36)}"`
}

/** The best encoding that both sides have (RFC 9110 §12.5.3); undefined for the plain file. */
export function chooseEncoding(file: UiFile, accept: string | undefined): "br" | "gzip" | undefined {
  const refused = /;\s*q=0(\.0*)?\s*$/
  const wanted = (accept ?? "").split(",").filter((item) => !refused.test(item))
  const names = new Set(wanted.map((item) => item.split(";")[0]?.trim().toLowerCase()))
  return file.encodings.find((encoding) => names.has(encoding))
}

export function encodedFile(file: UiFile, encoding: "br" | "gzip" | undefined): string {
  return encoding ? file.file + suffixes[encoding] : file.file
}
