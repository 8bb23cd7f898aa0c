/** What a directory takes on the disk; undefined when that cannot be told. */
export async function bytesIn(directory: string): Promise<number | undefined> {
  const child = Bun.spawn(["du", "-sk", directory], { stdin: "ignore", stdout: "pipe", stderr: "ignore" })
  const said = await new Response(child.stdout).text()
  const kibibytes = Number.parseInt(said, 10)
  return Number.isNaN(kibibytes) ? undefined : kibibytes * 1_024
}
