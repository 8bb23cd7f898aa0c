import { expect, test } from "vitest"
import { type UploadFault, watchUpload } from "./upload.ts"

const bytes = (size: number) => new Uint8Array(size)

function watched(
  pieces: Uint8Array[],
  { stallMs = 50, mostBytes = 100, ends = true, signal = new AbortController().signal } = {},
) {
  const faults: UploadFault[] = []
  let counted = 0
  let left: unknown
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      if (ends) controller.close()
    },
    cancel: (reason) => {
      left = reason
    },
  })
  const stream = watchUpload(body, {
    stallMs,
    mostBytes,
    signal,
    onFault: (fault) => faults.push(fault),
    onBytes: (count) => {
      counted += count
    },
  })
  return { stream, faults, counted: () => counted, left: () => left }
}

test("passes on the same bytes, counts them, and has no complaint about a body that is whole", async () => {
  const upload = watched([bytes(60), bytes(40)])
  expect((await new Response(upload.stream).bytes()).length).toBe(100)
  await Bun.sleep(150)
  expect([upload.counted(), upload.faults]).toEqual([100, []])
})

test("tells a client that sends no more from a target that takes no more", async () => {
  const silent = watched([bytes(1)], { ends: false })
  const reader = silent.stream.getReader()
  await reader.read()
  void reader.read()
  const untouched = watched([bytes(1), bytes(1)])
  await Bun.sleep(200)
  expect([silent.faults, untouched.faults]).toEqual([["client"], ["target"]])
})

test("a body that is too large is complained about once, and what is too much is not passed on", async () => {
  const upload = watched([bytes(60), bytes(41), bytes(1_000)])
  const reader = upload.stream.getReader()
  expect((await reader.read()).value?.length).toBe(60)
  void reader.read()
  await Bun.sleep(200)
  expect(upload.faults).toEqual(["too-large"])
  await reader.cancel("enough")
})

test("whoever gives up tells the client's side, and nothing rings later", async () => {
  const upload = watched([bytes(1)], { ends: false })
  await upload.stream.cancel("the target is gone")
  await Bun.sleep(150)
  expect([upload.left(), upload.faults]).toEqual(["the target is gone", []])
})

test("says nothing more about a body that nobody wants any more", async () => {
  const over = new AbortController()
  const upload = watched([bytes(1)], { ends: false, signal: over.signal })
  await upload.stream.getReader().read()
  over.abort()
  await Bun.sleep(150)
  expect(upload.faults).toEqual([])
})
