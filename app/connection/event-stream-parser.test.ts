import fc from "fast-check"
import { expect, test } from "vitest"
import { makeEventStreamParser } from "./event-stream-parser.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

test("an event is complete with its empty line, not before", () => {
  const parser = makeEventStreamParser()
  expect(parser.push(bytes('data: {"a":1}\n'))).toEqual([])
  expect(parser.push(bytes("\n"))).toEqual(['{"a":1}'])
})

test("comments, ids, names and empty events carry no data", () => {
  const parser = makeEventStreamParser()
  expect(parser.push(bytes(": hello\n\nid: 4\nevent: x\n\ndata:no space\n\n"))).toEqual(["no space"])
})

test("several data lines are one event", () => {
  expect(makeEventStreamParser().push(bytes("data: a\ndata\ndata:  b\n\n"))).toEqual(["a\n\n b"])
})

test("a byte order mark at the start is no data", () => {
  const parser = makeEventStreamParser()
  expect(parser.push(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes("data: a\n\n")]))).toEqual(["a"])
})

test("wherever the bytes are cut, and however lines end, the events are the same", () => {
  const text = fc.array(fc.string({ unit: fc.constantFrom("a", " ", ":", "ä", "€", "🦀", "{") }), {
    maxLength: 6,
  })
  const ending = fc.constantFrom("\n", "\r\n", "\r")
  fc.assert(
    fc.property(
      text,
      ending,
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      (events, end, sizes) => {
        const whole = bytes(events.map((event) => `data: ${event}${end}${end}`).join(""))
        const parser = makeEventStreamParser()
        const seen: string[] = []
        for (let at = 0, cut = 0; at < whole.length; cut++) {
          const size = sizes[cut % sizes.length] ?? 1
          seen.push(...parser.push(whole.slice(at, at + size)))
          at += size
        }
        expect(seen).toEqual(events)
      },
    ),
  )
})
