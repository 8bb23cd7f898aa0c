// Ids in OpenCode's form: a prefix, 12 hex digits that grow with time, 14 random characters. With an id of our
// own, a prompt is known before the server has it, and sending it twice stores it once.

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const randomLength = 14
const countersPerMs = 4096n
const timeMask = (1n << 48n) - 1n

export type MakeId = (prefix: "msg" | "prt") => string

export function makeIds(now: () => number = Date.now, random: () => number = Math.random): MakeId {
  let lastMs = 0
  let counter = 0n
  return (prefix) => {
    const ms = now()
    counter = ms === lastMs ? counter + 1n : 1n
    lastMs = ms
    const time = (BigInt(ms) * countersPerMs + counter) & timeMask
    const tail = Array.from({ length: randomLength }, () => alphabet[Math.floor(random() * alphabet.length)])
    return `${prefix}_${time.toString(16).padStart(12, "0")}${tail.join("")}`
  }
}
