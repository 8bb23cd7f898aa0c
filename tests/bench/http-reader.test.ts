import { describe, expect, test } from "vitest"
import { makeHttpReader } from "./http-reader.ts"

const chunked =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nb\r\n, 7\r\n world\r\n0\r\n\r\n"
const counted = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
const empty = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
const question = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n"

function read(text: string, size: number): string[] {
  const seen: string[] = []
  let body = ""
  const feed = makeHttpReader({
    onHead: (head) => seen.push(head.split("\r\n")[0] ?? ""),
    onBody: (bytes) => {
      body += Buffer.from(bytes).toString()
    },
    onEnd: () => {
      seen.push(`end ${body}`)
      body = ""
    },
  })
  for (let at = 0; at < text.length; at += size) feed(Buffer.from(text.slice(at, at + size)))
  return [...seen, ...(body === "" ? [] : [`open ${body}`])]
}

describe("the reader that the benchmark trusts", () => {
  const sizes = Array.from({ length: chunked.length }, (_, i) => i + 1)

  test("finds one message after the other, however the bytes are cut", () => {
    const expected = ["HTTP/1.1 200 OK", "end hello", "HTTP/1.1 200 OK", "end hello, 7\r\n world"]
    for (const size of sizes) expect(read(counted + chunked, size)).toEqual(expected)
  })

  test("knows a message without a body", () => {
    expect(read(empty + question + counted, 7)).toEqual([
      "HTTP/1.1 204 No Content",
      "end ",
      "GET /a HTTP/1.1",
      "end ",
      "HTTP/1.1 200 OK",
      "end hello",
    ])
  })

  test("never calls half a message whole", () => {
    for (const text of [counted.slice(0, -1), chunked.slice(0, -1), chunked.slice(0, -7)])
      expect(read(text, 3).filter((line) => line.startsWith("end"))).toEqual([])
    expect(read("HTTP/1.1 200 OK\r\n\r\nwithout an end", 4)).toEqual([
      "HTTP/1.1 200 OK",
      "open without an end",
    ])
  })
})
