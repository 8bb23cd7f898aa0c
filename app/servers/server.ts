// The noun the whole app turns around. `id` is also its segment in our URLs.

export type Server = {
  /** `local` or `host:port`, see shared/servers.ts */
  id: string
  name: string
  /** An origin: `http://host:port`. */
  url: string
  /** Basic credentials. The password is in memory here; passwords.ts says where else. */
  username?: string | undefined
  password?: string | undefined
  /** Tells one password from another without telling it; tabs that got it from each other have the same. */
  credentialId?: string | undefined
  /** Offered by the proxy: can be hidden, not edited. */
  provided: boolean
}
