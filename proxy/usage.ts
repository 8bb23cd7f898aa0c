// What `serve-ui --help` prints, from the table that reads the settings.
import { variables } from "./config.ts"

const intro = `Serves Sandbar: the browser front door to OpenCode servers.

  serve-ui               start
  serve-ui --check       only validate the settings and the templates
  serve-ui --manifests   print what a cluster needs, for kubectl apply
  serve-ui --help        this text

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
