// Programs that are started beside us and say on their standard output when they are ready.

type Lines = { read: () => Promise<{ value?: Uint8Array | undefined }> }

export async function nextLine(lines: Lines, name: string): Promise<string> {
  const { value } = await lines.read()
  if (value === undefined) throw new Error(`${name} ended before it was ready.`)
  return new TextDecoder().decode(value).trim()
}

export async function stopChild(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGTERM")
  const hurry = setTimeout(() => child.kill("SIGKILL"), 3_000)
  await child.exited
  clearTimeout(hurry)
}
