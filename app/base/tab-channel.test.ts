import * as v from "valibot"
import { expect, test } from "vitest"
import { openTabChannel } from "./tab-channel.ts"

const schema = v.object({ say: v.string() })
const settle = () => new Promise((resolve) => setTimeout(resolve, 20))

test("a tab hears the others in order, not itself, and nothing that it does not understand", async () => {
  const [a, b] = [openTabChannel("room", schema), openTabChannel("room", schema)]
  const other = openTabChannel("other room", schema)
  const newer = openTabChannel("room", v.object({ shout: v.number() }))
  const heard: string[] = []
  a.listen(({ say }) => heard.push(`a: ${say}`))
  const stop = b.listen(({ say }) => heard.push(`b: ${say}`))
  a.post({ say: "one" })
  newer.post({ shout: 1 })
  other.post({ say: "elsewhere" })
  a.post({ say: "two" })
  await settle()
  expect(heard).toEqual(["b: one", "b: two"])
  stop()
  a.post({ say: "three" })
  await settle()
  expect(heard).toEqual(["b: one", "b: two"])
  for (const channel of [a, b, other, newer]) channel.close()
})

test("what is said after the end is said to nobody", async () => {
  const [a, b] = [openTabChannel("late", schema), openTabChannel("late", schema)]
  const heard: string[] = []
  b.listen(({ say }) => heard.push(say))
  a.close()
  a.post({ say: "late" })
  await settle()
  expect(heard).toEqual([])
  b.close()
})
