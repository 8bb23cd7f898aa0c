// What `--help` prints, from the table that reads the settings.
import { variables } from "./config.ts"

const intro = `Serves Sandbar: the browser front door to OpenCode servers.

  npm run serve                     start
  npm run serve -- --check          only validate the settings and the templates
  npm run -s serve -- --manifests   print what a cluster needs, for kubectl apply
  npm run serve -- --help           this text

Settings are environment variables:
`

const outro = `Bun has to be started with BUN_CONFIG_MAX_HTTP_REQUESTS=65336; npm run serve does that.
`

const column = 4 + Math.max(...Object.keys(variables).map((name) => name.length))

export function usage(): string {
  const lines = Object.entries(variables).map(([name, spec]) => {
    const shown = "defaultHelp" in spec ? spec.defaultHelp : spec.default
    return `  ${name.padEnd(column - 2)}${spec.help}\n${" ".repeat(column)}(${shown})`
  })
  return `${intro}\n${lines.join("\n")}\n\n${outro}`
}
