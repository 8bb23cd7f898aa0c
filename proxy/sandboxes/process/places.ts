// Where things of one sandbox lie. Everything is below SANDBAR_HOME/sandboxes/<id>, readable by the owner alone.
import { join } from "node:path"

export type Places = {
  readonly directory: string
  readonly sandboxFile: string
  readonly processFile: string
  readonly log: string
  /** HOME of what runs in it, with the XDG directories below. */
  readonly home: string
  readonly checkout: string
}

export function sandboxesDirectory(home: string): string {
  return join(home, "sandboxes")
}

export function placesOf(home: string, id: string): Places {
  const directory = join(sandboxesDirectory(home), id)
  return {
    directory,
    sandboxFile: join(directory, "sandbox.json"),
    processFile: join(directory, "process.json"),
    log: join(directory, "log"),
    home: join(directory, "home"),
    checkout: join(directory, "checkout"),
  }
}

/** In the name of what is only on its way: whoever finds one after a restart may remove it. */
export const draftMark = ".draft-"
export const trashPrefix = ".trash-"
