// YAML → templates. Every fault is told at once, with its line, so that an operator mends a file in one go.
import * as v from "valibot"
import { isMap, isNode, LineCounter, type Node, parseAllDocuments, type YAMLMap } from "yaml"
import type { Template } from "./template.ts"
import { makeTemplateSchema, type TemplateDefaults } from "./template-schema.ts"

export type TemplateFile = { readonly name: string; readonly text: string }

export type ReadTemplates = {
  templates: Template[]
  /** `templates.yaml:12: idleAfter: use a time such as 30m, 2h or 7d, or never.` */
  faults: string[]
}

const mostFaults = 50

/** A template with a fault is left out, the others are given. An id counts once over all files. */
export function readTemplates(files: readonly TemplateFile[], defaults: TemplateDefaults): ReadTemplates {
  const schema = makeTemplateSchema(defaults)
  const templates: Template[] = []
  const faults: string[] = []
  for (const file of files) {
    const read = readFile(file, schema)
    faults.push(...read.faults)
    for (const { template, line } of read.templates) {
      if (templates.some(({ id }) => id === template.id))
        faults.push(`${file.name}:${line}: id: there is another template called ${template.id}.`)
      else templates.push(template)
    }
  }
  return { templates, faults: faults.slice(0, mostFaults) }
}

type Found = { templates: { template: Template; line: number }[]; faults: string[] }

function readFile({ name, text }: TemplateFile, schema: ReturnType<typeof makeTemplateSchema>): Found {
  const found: Found = { templates: [], faults: [] }
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, version: "1.2", uniqueKeys: true })
  for (const document of Array.isArray(documents) ? documents : []) {
    const say = (line: number, what: string) => found.faults.push(`${name}:${line}: ${what}`)
    for (const error of document.errors)
      say(lines.linePos(error.pos[0]).line, sentence(firstLine(error.message)))
    if (document.errors.length > 0) continue
    // Aliases are cheap to write and can be huge to read.
    const content = plainContent(() => document.toJS({ maxAliasCount: 50 }))
    const list = content instanceof Error ? undefined : v.safeParse(ListSchema, content)
    if (!list?.success) {
      const why =
        content instanceof Error ? content.message : "a file of templates begins with `templates:` and a list"
      say(lineOf(document.contents, lines), sentence(why))
      continue
    }
    list.output.templates.forEach((item, at) => {
      const result = v.safeParse(schema, item)
      const node = document.getIn(["templates", at], true)
      const line = lineOf(isNode(node) ? node : document.contents, lines)
      if (result.success) {
        found.templates.push({ template: result.output, line })
        return
      }
      for (const issue of result.issues) {
        const path = (issue.path ?? []).map(({ key }) => key)
        say(
          lineOfPath(isNode(node) ? node : null, path, lines) ?? line,
          `${path.join(".")}: ${wordsOf(issue)}`,
        )
      }
    })
  }
  return found
}

const ListSchema = v.strictObject({ templates: v.array(v.unknown()) })

function plainContent(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** A field that is missing has no line: the one of what it is missing from is told. */
function lineOfPath(node: Node | null, path: readonly unknown[], lines: LineCounter): number | undefined {
  let line = node ? lineOf(node, lines) : undefined
  let at: unknown = node
  for (const key of path) {
    if (isMap(at)) {
      const pair = (at as YAMLMap).items.find((item) => keyOf(item.key) === String(key))
      if (!pair) return line
      if (isNode(pair.key)) line = lineOf(pair.key, lines)
      at = pair.value
    } else {
      at = isCollectionNode(at) ? at.get(key, true) : undefined
      if (isNode(at)) line = lineOf(at, lines)
    }
  }
  return line
}

const isCollectionNode = (node: unknown): node is { get: (key: unknown, keep: true) => unknown } =>
  isNode(node) && "get" in node
const keyOf = (key: unknown) => String(isNode(key) && "value" in key ? key.value : key)

function lineOf(node: Node | null, lines: LineCounter): number {
  return lines.linePos(node?.range?.[0] ?? 0).line
}

function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never")
    return "there is no such field in a template; is it spelled right?"
  if (issue.received === "undefined") return "this is needed."
  if (issue.kind === "schema")
    return sentence(`use ${issue.expected ?? "another kind of value"}, not ${issue.received}`)
  return sentence(issue.message)
}

const firstLine = (text: string) => text.split("\n")[0]?.replace(/ at line \d+.*$/, "") ?? text
const sentence = (text: string) => (/[.?]$/.test(text) ? text : `${text}.`)
