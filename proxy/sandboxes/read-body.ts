// The body of a request about sandboxes, or a sentence about what is wrong with it.
import { bodyLimit } from "hono/body-limit"
import * as v from "valibot"
import { Problem } from "../../shared/problems.ts"
import type { ProxyContext } from "../request-context.ts"

/** The longest directory in characters of four bytes, and a little. */
const maxSize = 20_480

export const limitBody = bodyLimit({
  maxSize,
  onError: () => {
    throw new Problem("request.too-large", `A request about sandboxes has at most ${maxSize} bytes.`)
  },
})

const sentences: Readonly<Record<string, string>> = {
  template: "Choose a template.",
  name: "Type a name of at most 60 characters.",
  repository: "This is not the address of a repository.",
  branch: "This is not the name of a branch.",
  directory: "This is not the path of a directory.",
  keepAwakeSeconds: "It can be kept awake for at most seven days, in whole seconds.",
}

/** An empty body is an empty object. */
export async function readBody<T>(context: ProxyContext, schema: v.GenericSchema<unknown, T>): Promise<T> {
  const text = await context.req.text()
  const result = v.safeParse(schema, text === "" ? {} : parse(text))
  if (result.success) return result.output
  const field = result.issues[0].path?.[0]?.key
  // Also what every object has: `constructor` is no sentence.
  const sentence = typeof field === "string" && Object.hasOwn(sentences, field) ? sentences[field] : undefined
  if (typeof field !== "string" || sentence === undefined)
    throw new Problem("request.malformed", "Sandbar does not understand this request about a sandbox.")
  throw new Problem("sandbox.malformed", sentence, { field })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Problem("request.malformed", "The request is not valid JSON.", { cause })
  }
}
