// A target of its own process that sends as fast as its client takes it. Prints its port, then, every quarter of a
// second, how many bytes it has sent and how many sockets have closed so far.
const message = "x".repeat(16_384)
let sent = 0
let ended = 0

function pour(peer: Bun.ServerWebSocket<undefined>): void {
  for (;;) {
    const status = peer.send(message)
    if (status === 0) return
    sent += message.length
    if (status === -1) return
  }
}

const flood = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, connection) => (connection.upgrade(request) ? undefined : new Response("plain")),
  websocket: {
    idleTimeout: 0,
    open: pour,
    drain: pour,
    message: () => undefined,
    close: () => {
      ended += 1
    },
  },
})
process.stdout.write(`port ${flood.port}\n`)
setInterval(() => process.stdout.write(`sent ${sent} closed ${ended}\n`), 250)
