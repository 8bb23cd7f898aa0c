/**
 * The packages of a bun.lock (text format) by name: version, integrity and what npm needs to choose by
 * platform. The format is JSON with trailing commas; no string in it holds a comma before a bracket.
 */
export function bunLockfile(text) {
  const { packages } = JSON.parse(text.replace(/,(\s*[}\]])/g, "$1"))
  const entries = Object.entries(packages).map(([name, [id, , info = {}, integrity]]) => {
    const { os, cpu, libc } = info
    const version = id.slice(id.lastIndexOf("@") + 1)
    const lists = Object.entries({ os: list(os), cpu: list(cpu), libc: list(libc) })
    return [name, { version, integrity, ...Object.fromEntries(lists.filter(([, value]) => value)) }]
  })
  return Object.fromEntries(entries)
}

const list = (value) => (typeof value === "string" ? [value] : value)
