// Compresses once, at build time, as hard as it goes: the proxy then only picks a file.
import { readdir, readFile, writeFile } from "node:fs/promises"
import { extname, join } from "node:path"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"

const textExtensions = new Set([".js", ".css", ".html", ".svg", ".json", ".webmanifest", ".txt", ".map"])

/** index.html is rewritten for every prefix, so a compressed copy of it would be wrong. */
const rewritten = new Set(["index.html"])
const smallest = 1024

const brotli = promisify(brotliCompress)
const gunzippable = promisify(gzip)

/** Writes `x.br` and `x.gz` beside every text file of at least 1 KB that gets smaller by it. */
export async function precompress(directory) {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !textExtensions.has(extname(entry.name)) || rewritten.has(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    const plain = await readFile(file)
    if (plain.length < smallest) continue
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length }
    const [br, gz] = await Promise.all([brotli(plain, { params }), gunzippable(plain, { level: 9 })])
    if (br.length < plain.length) await writeFile(`${file}.br`, br)
    if (gz.length < plain.length) await writeFile(`${file}.gz`, gz)
  }
}
