/** The objects of a body that holds one in each line, as they come. */
export async function* readJsonLines<T>(response: Response): AsyncGenerator<T> {
  for await (const line of readTextLines(response)) if (line !== "") yield JSON.parse(line) as T
}

export async function* readTextLines(response: Response): AsyncGenerator<string> {
  if (!response.body) return
  const decoder = new TextDecoder()
  let rest = ""
  for await (const chunk of response.body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = lines.pop() ?? ""
    yield* lines
  }
  if (rest !== "") yield rest
}
