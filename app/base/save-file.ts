/** Gives the person a file, made here: no request, and nothing of it in the page's address. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  // The browser reads it after this call returns, and does not say when it is done.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
