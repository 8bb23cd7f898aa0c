/** Undefined for anything that is not JSON; what it means is for a schema to say. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
