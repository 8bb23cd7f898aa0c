// Bodies that are read line by line. Whoever writes one decides when a line ends, so no line is kept beyond a length.

/** `begins` and `ends` are both true for a line in one piece. */
export type Piece = { readonly text: string; readonly begins: boolean; readonly ends: boolean }

/** No object in a cluster is larger than 1.5 MiB (etcd's own limit), and JSON may write a character as six. */
const longestObject = 8 * 1024 * 1024

/** The objects of a body that holds one in each line, as they come. */
export async function* readJsonLines<T>(response: Response): AsyncGenerator<T> {
  for await (const { text, begins, ends } of readPieces(response, longestObject)) {
    if (!begins || !ends)
      throw new Error(`the API server sent a line of more than ${longestObject} characters`)
    if (text !== "") yield JSON.parse(text) as T
  }
}

/** The lines of a body; one of more than `longest` characters in as many pieces as it takes. */
export async function* readPieces(response: Response, longest: number): AsyncGenerator<Piece> {
  if (!response.body) return
  const decoder = new TextDecoder()
  let text = ""
  let begins = true
  for await (const chunk of response.body) {
    // Looked at once only: what came before has no end in it.
    const [more = "", ...lines] = decoder.decode(chunk, { stream: true }).split("\n")
    text += more
    for (const line of [...lines, undefined]) {
      for (; text.length > longest; begins = false) {
        yield { text: text.slice(0, longest), begins, ends: false }
        text = text.slice(longest)
      }
      if (line === undefined) break
      yield { text, begins, ends: true }
      text = line
      begins = true
    }
  }
  if (text !== "") yield { text, begins, ends: true }
}
