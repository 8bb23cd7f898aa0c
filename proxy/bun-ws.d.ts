// What we use of the `ws` that is part of Bun and takes that name whatever is installed. Its types come with neither.
declare module "ws" {
  import type { EventEmitter } from "node:events"

  type Events = {
    open: []
    message: [data: Buffer<ArrayBuffer>, isBinary: boolean]
    ping: []
    pong: []
    error: [error: Error & { code?: string }]
    close: [code: number, reason: Buffer]
  }
  type Options = {
    headers: Record<string, string>
    maxPayload: number
    perMessageDeflate: false
    tls?: { serverName: string }
  }

  export class WebSocket extends EventEmitter<Events> {
    static readonly OPEN: number
    constructor(url: string, protocols: readonly string[], options: Options)
    readonly protocol: string
    readonly readyState: number
    readonly bufferedAmount: number
    readonly isPaused: boolean
    /** `done` is called when the bytes have left this process, or never will. */
    send(message: string | Uint8Array, done: () => void): void
    ping(): void
    pause(): void
    resume(): void
    close(code: number, reason: string): void
    terminate(): void
  }
}
