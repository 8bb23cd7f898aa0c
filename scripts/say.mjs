/** Progress of the bootstrap. It goes to stderr: stdout belongs to the program that we start. */
export function say(text) {
  console.error(`sandbar: ${text}`)
}

/** Says what starts and how long it took. */
export async function sayWhile(text, work) {
  const started = Date.now()
  say(`${text} …`)
  const result = await work()
  say(`done in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return result
}
