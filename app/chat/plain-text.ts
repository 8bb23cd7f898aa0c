// Output of a terminal program as text. Colours are dropped, and so is what a progress bar drew over.

/** CSI and OSC sequences (ECMA-48 §5.4, §8.3.89), then single escapes. */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]/g

const maxCharacters = 100_000

/** Keeps the end of very long output: that is where it says how it went. */
export function plainText(output: string): string {
  const clean = output.replaceAll(sequences, "").split("\n").map(lastState).join("\n")
  if (clean.length <= maxCharacters) return clean
  return `… ${clean.length - maxCharacters} characters are left out\n${clean.slice(-maxCharacters)}`
}

/** What a terminal would show of a line that was drawn over. */
function lastState(line: string): string {
  const drawn = line.replace(/\r+$/, "")
  return drawn.slice(drawn.lastIndexOf("\r") + 1)
}
