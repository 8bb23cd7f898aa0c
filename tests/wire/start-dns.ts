// A small name server (RFC 1035 over UDP) that records every question, and says whatever a test wants.
import { createSocket } from "node:dgram"
import ipaddr from "ipaddr.js"

export type DnsRecord = { type: "A" | "AAAA" | "CNAME"; data: string; ttl?: number }
/** The records of an answer in order, each for the name that the CNAME before it names; undefined: no such name. */
export type DnsAnswer = (name: string, type: "A" | "AAAA") => DnsRecord[] | undefined
export type DnsServer = { address: string; asked: string[]; stop: () => void }

const typeNumbers = { A: 1, CNAME: 5, AAAA: 28 } as const

export function startDns(answer: DnsAnswer): Promise<DnsServer> {
  const asked: string[] = []
  const socket = createSocket("udp4")
  socket.on("message", (query, client) => {
    const { name, type, end } = readQuestion(query)
    asked.push(`${type} ${name}`)
    const records = type === "A" || type === "AAAA" ? answer(name, type) : []
    const head = Buffer.from(query.subarray(0, 12))
    // An answer, recursion available; NXDOMAIN where there are no records at all. One question, nothing additional.
    head.writeUInt16BE(records ? 0x8180 : 0x8183, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(records?.length ?? 0, 6)
    head.writeUInt32BE(0, 8)
    let owner = name
    const encoded = (records ?? []).map((record) => {
      const bytes = encodeRecord(owner, record)
      if (record.type === "CNAME") owner = record.data
      return bytes
    })
    socket.send(Buffer.concat([head, query.subarray(12, end), ...encoded]), client.port, client.address)
  })
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      resolve({ address: `127.0.0.1:${socket.address().port}`, asked, stop: () => void socket.close() })
    })
  })
}

function readQuestion(query: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length))
    at += 1 + length
  }
  const number = query.readUInt16BE(at + 1)
  const type = Object.entries(typeNumbers).find(([, known]) => known === number)?.[0] ?? String(number)
  return { name: labels.join("."), type, end: at + 5 }
}

function encodeRecord(owner: string, { type, data, ttl = 0 }: DnsRecord): Buffer {
  const value = type === "CNAME" ? encodeName(data) : Buffer.from(ipaddr.parse(data).toByteArray())
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(typeNumbers[type], 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(ttl, 4)
  fixed.writeUInt16BE(value.length, 8)
  return Buffer.concat([encodeName(owner), fixed, value])
}

function encodeName(name: string): Buffer {
  const labels = name
    .split(".")
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, "latin1"))
  return Buffer.concat([...labels, Buffer.from([0])])
}
