// Takes the data of one connection to the event stream, in order. What it holds back until it knows which directory
// is ours is taken before anything that was fetched meanwhile, so nothing between two connections is missed.
import { type Envelope, readEnvelope } from "./envelope.ts"

export type EventReceiver = {
  locate: () => Promise<string>
  signal: AbortSignal
  fail: (error: unknown) => void
  /** What the stores fetch from now on may be merged once `located` resolves. Called twice, see below. */
  stood: (located: Promise<void>) => void
  located: (directory: string) => void
  /** An event that is ours, and the data that it came in. */
  take: (envelope: Envelope, data: string) => void
}

export function makeEventReceiver(to: EventReceiver): (data: string) => void {
  let greeted: Promise<void> | undefined
  // Measured: OpenCode 1 greets first and subscribes afterwards, and what happens in between reaches nobody. Only the
  // next message, at the latest the heartbeat after 10 s, comes out of the subscription.
  let subscribed = false
  let directory: string | undefined
  let waiting: [Envelope, string][] = []

  const pass = (envelope: Envelope, data: string) => {
    if (envelope.directory === undefined || envelope.directory === directory) to.take(envelope, data)
  }
  const locate = async () => {
    const ours = await to.locate()
    if (to.signal.aborted) return
    directory = ours
    to.located(ours)
    for (const [envelope, data] of waiting) pass(envelope, data)
    waiting = []
  }
  const greet = () => {
    greeted = locate()
    greeted.catch(to.fail)
    to.stood(greeted)
  }
  /** What was fetched at the greeting may lack what nobody was told of: everything is fetched once more. */
  const subscribe = (located: Promise<void>) => {
    subscribed = true
    to.stood(located)
    if (directory !== undefined) to.located(directory)
  }

  return (data) => {
    const envelope = readEnvelope(data)
    // A greeting that comes twice says no more than the first.
    if (greeted && !subscribed && envelope?.event.type !== "server.connected") subscribe(greeted)
    if (!envelope) return
    if (directory !== undefined) return pass(envelope, data)
    if (greeted) waiting.push([envelope, data])
    else if (envelope.event.type === "server.connected") greet()
  }
}
