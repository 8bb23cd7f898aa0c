// One exchange through the proxy, watched byte by byte, and what came of it.
import type { Place } from "../bench/columns.ts"
import { type Connection, openConnection } from "../bench/connection.ts"
import { requestText } from "../bench/request-text.ts"
import { digestOf, makeCheck, streamStart } from "./seeded-stream.ts"
import { type Wish, wishPath } from "./wish.ts"

export type Outcome =
  | { is: "whole" }
  /** We left on purpose; what had come until then was right. */
  | { is: "left" }
  /** The connection broke before the answer was whole; what had come until then was right. */
  | { is: "broken" }
  | { is: "refused"; status: number; code: string }
  /** Never right, whatever happened to the target. */
  | { is: "wrong"; why: string }

export type Manners = {
  /** After so many bytes of the body, in either direction, the client leaves. */
  leaveAfter: number | undefined
  /** Stops reading for a moment in the middle. */
  dawdleMs: number
}

export async function exchange(place: Place, wish: Wish, manners: Manners): Promise<Outcome> {
  const done = Promise.withResolvers<Outcome>()
  const check = makeCheck(wish.seed)
  let status = 0
  let text = ""
  let connection: Connection | undefined
  const leave = () => {
    done.resolve({ is: "left" })
    connection?.close()
  }
  const onPayload = (bytes: Uint8Array) => {
    check.add(bytes)
    if (check.wrongAt() !== undefined)
      done.resolve({ is: "wrong", why: `different from byte ${check.wrongAt()} on` })
    if (check.received() >= (manners.leaveAfter ?? Number.POSITIVE_INFINITY)) leave()
    else if (manners.dawdleMs > 0) dawdle(connection, manners)
  }
  connection = await openConnection(place.port, {
    onHead: (head) => {
      status = Number(head.split(" ")[1])
    },
    onBody(bytes) {
      if (status === 200 && wish.kind !== "up") onPayload(bytes)
      else text += Buffer.from(bytes).toString("latin1")
    },
    onEnd() {
      if (status !== 200) done.resolve(refusal(status, text))
      else if (wish.kind === "up") done.resolve(judgeUpload(wish, text))
      else done.resolve(judgeDownload(wish, check.received(), check.digest()))
    },
  })
  void connection.closed.then(() => done.resolve({ is: "broken" }))
  ask(connection, place, wish, manners, leave)
  const outcome = await done.promise
  connection.close()
  return outcome
}

function ask(
  connection: Connection,
  place: Place,
  wish: Wish,
  { leaveAfter }: Manners,
  leave: () => void,
): void {
  const path = wishPath(wish)
  if (wish.kind !== "up") {
    connection.write(requestText(place, "GET", path))
    return
  }
  connection.write(requestText(place, "POST", path, { "Content-Length": String(wish.bytes) }))
  connection.send(Math.min(wish.bytes, leaveAfter ?? wish.bytes), streamStart(wish.seed))
  if (leaveAfter !== undefined) setTimeout(leave, 20)
}

function dawdle(connection: Connection | undefined, manners: Manners): void {
  connection?.pause()
  setTimeout(() => connection?.resume(), manners.dawdleMs)
  // Once is enough to fill every buffer on the way.
  manners.dawdleMs = 0
}

function refusal(status: number, text: string): Outcome {
  const code = /"code":"([^"]+)"/.exec(text)?.[1]
  if (code === undefined) return { is: "wrong", why: `${status} without a problem: ${text.slice(0, 100)}` }
  return { is: "refused", status, code }
}

function judgeDownload(wish: Wish, received: number, digest: string): Outcome {
  if (received === wish.bytes && digest === digestOf(wish.seed, wish.bytes)) return { is: "whole" }
  return { is: "wrong", why: `ended as whole with ${received} of ${wish.bytes} bytes` }
}

function judgeUpload(wish: Wish, text: string): Outcome {
  const expected = JSON.stringify({ received: wish.bytes, digest: digestOf(wish.seed, wish.bytes) })
  return text === expected ? { is: "whole" } : { is: "wrong", why: `the target has ${text}` }
}
