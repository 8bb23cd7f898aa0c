// Where sandboxes stand in our URLs, for the router: without the prefix.

export function sandboxPath(id: string): string {
  return `/sandbox/${id}`
}

export const newSandboxPath = "/new"
export const sandboxesListPath = "/sandboxes"
