// The one door to every command: works right after `git clone`, under Node (npm run …) and under Bun alone
// (bun run …). This file keeps to old syntax, so that an old Node reaches the sentence below.
const nodeMajor = Number(process.versions.node.split(".")[0])

if (!process.versions.bun && nodeMajor < 20) {
  console.error(
    `Sandbar needs Node 20 or newer; this is Node ${process.versions.node}. Install a newer one, or use Bun.`,
  )
  process.exit(1)
}

import("./run-command.mjs").then(({ runCommand }) => runCommand(process.argv[2], process.argv.slice(3)))
