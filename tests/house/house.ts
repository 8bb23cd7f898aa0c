// The house in one table: who may import whom, who alone may use what, how large a file may be. An exception
// stands here with its reason or it does not exist.

const featureBelow = ["app/connection", "app/servers", "app/ui", "app/base", "shared"]
const features = ["app/asks", "app/chat", "app/composer", "app/sandboxes"]
const proxyGround = [
  "proxy/config",
  "proxy/drain",
  "proxy/log",
  "proxy/metrics",
  "proxy/or-abort",
  "proxy/prefix",
  "proxy/request-context",
  "proxy/start-timer",
  "proxy/trace",
  "shared",
]

/** A room is a folder, or the files of one folder whose names begin so. The longest match is a file's room. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  "app/base": [],
  "app/ui": ["app/base"],
  "app/servers": ["app/ui", "app/base", "shared"],
  "app/connection": ["app/servers", "app/ui", "app/base", "shared"],
  "app/asks": featureBelow,
  "app/chat": featureBelow,
  // A draft becomes a prompt: the composer hands it to the chat.
  "app/composer": ["app/chat", ...featureBelow],
  // Servers that Sandbar starts: they stand in the list of servers, and are open like any other.
  "app/sandboxes": featureBelow,
  "app/screens": [...features, ...featureBelow],
  app: ["app/screens", ...features, ...featureBelow],

  // What reads the settings uses the same policy that later applies them, so that a wrong one fails at the start.
  "proxy/config": ["proxy/forward", "proxy/guard", "proxy/prefix", "shared"],
  "proxy/log": ["proxy/pretty-line"],
  "proxy/pretty-line": [],
  "proxy/prefix": ["shared"],
  "proxy/drain": ["shared"],
  "proxy/metrics": ["shared"],
  "proxy/or-abort": [],
  "proxy/request-context": ["shared"],
  "proxy/start-timer": [],
  "proxy/trace": [],
  "proxy/forward": proxyGround,
  "proxy/guard": proxyGround,
  // It asks servers on the way that forwarded requests take.
  "proxy/activity": ["proxy/forward", "proxy/sandboxes", ...proxyGround],
  // It has routes of its own: what they answer, and how much one client may hold there.
  "proxy/sandboxes": ["proxy/forward", "proxy/guard", "proxy/ui", ...proxyGround],
  // What a forwarded request passes, step by step; it names its target as the route of forwarded requests does.
  "proxy/probe": [
    "proxy/forward",
    "proxy/guard",
    "proxy/routes",
    "proxy/sandboxes",
    "proxy/ui",
    ...proxyGround,
  ],
  // The built page: reading its files once, and serving them.
  "proxy/ui": proxyGround,
  "proxy/routes": [
    "proxy/activity",
    "proxy/forward",
    "proxy/guard",
    "proxy/sandboxes",
    "proxy/ui",
    ...proxyGround,
  ],
  // Everything at the top of proxy/: the entry, the app and what they alone use.
  proxy: [
    "proxy/probe",
    "proxy/routes",
    "proxy/activity",
    "proxy/ui",
    "proxy/forward",
    "proxy/guard",
    "proxy/sandboxes",
    ...proxyGround,
  ],

  scripts: [],
  // Runs under Bun once everything is installed. What counts as loopback is the proxy's to say.
  "scripts/dev": ["scripts", "proxy/guard", "proxy/sandboxes"],
  // `npm run demo` starts the proxy the way the bootstrap does.
  demo: ["scripts"],
  tests: [
    "app",
    "proxy",
    "shared",
    "scripts",
    "demo",
    ...features,
    ...featureBelow,
    "app/screens",
    "proxy/probe",
    "proxy/routes",
    "proxy/activity",
    "proxy/ui",
    "proxy/forward",
    "proxy/guard",
    "proxy/sandboxes",
    ...proxyGround,
  ],
}

/** What a test beside the code may import on top of what its room may. */
export const testsMayImport = ["tests", "demo", "scripts"]

/** A package and the only places that load it at run time; its types are free. */
export const owners: readonly {
  readonly package: RegExp
  readonly only: readonly string[]
  readonly why: string
}[] = [
  {
    package: /^@opencode-ai\/sdk/,
    only: ["app/connection/"],
    why: "the protocol sits behind the connection",
  },
  {
    package: /^@kubernetes\/client-node/,
    only: ["proxy/sandboxes/kubernetes/"],
    why: "one driver knows Kubernetes, and only where it runs is its client loaded",
  },
  { package: /^@kobalte\//, only: ["app/ui/"], why: "primitives are wrapped once" },
  {
    package: /^(marked|dompurify|shiki)(\/|$)/,
    only: ["app/chat/markdown/"],
    why: "one place makes HTML out of text",
  },
  {
    package: /^(solid-js|lucide-solid|@solidjs\/router)(\/|$)/,
    only: ["app/"],
    why: "the proxy draws nothing",
  },
  {
    package: /^(hono|pino|ipaddr\.js|jose|prom-client|rate-limiter-flexible|bun|node:.+|bun:.+)(\/|$)/,
    only: ["proxy/", "scripts/", "demo/", "tests/", "vite.config.ts", "vitest.config.ts"],
    why: "the app and shared run in a browser",
  },
]

/** Words that belong to one file: everything else asks it. Production code only. */
export const keepers: readonly {
  readonly word: RegExp
  readonly in: string
  readonly only: readonly string[]
  readonly why: string
}[] = [
  {
    word: /\bbaseURI\b|<base\b/,
    in: "app/",
    only: ["app/base/prefix.ts", "app/index.html"],
    why: "one module of the app knows the prefix",
  },
  {
    word: /<base\b/,
    in: "proxy/",
    only: ["proxy/prefix.ts"],
    why: "one module of the proxy knows the prefix",
  },
  {
    word: /\b(?:local|session)Storage\s*[.[]/,
    in: "app/",
    only: ["app/base/storage.ts"],
    why: "stored text is parsed, never trusted",
  },
  {
    word: /\.innerHTML\b|innerHTML=/,
    in: "app/",
    only: ["app/chat/markdown/"],
    why: "one place makes HTML out of text",
  },
]

export const leftovers: readonly { readonly pattern: RegExp; readonly say: string }[] = [
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, say: "unfinished" },
  { pattern: /@ts-(?:ignore|nocheck|expect-error)/, say: "silences the type checker" },
  { pattern: /catch\s*(?:\([^)]*\)\s*)?\{\s*\}/, say: "an empty catch" },
  {
    pattern: /\b(?:test|it|describe|suite)\.(?:only|skip|todo)\b/,
    say: "a test that does not run, or runs alone",
  },
]

/** Words that mean something else here. OpenCode's own names for things on the wire stay theirs. */
export const synonyms: readonly { readonly word: RegExp; readonly instead: string }[] = [
  { word: /\bworkspaces?\b/i, instead: "Sandbox, or directory" },
  { word: /(?<!for )(?<!\.)\binstances?\b(?!\.)/i, instead: "Sandbox, or Server" },
  { word: /\b(?:backend|upstream) server\b/i, instead: "Server, or Target" },
]
export const synonymExceptions: Readonly<Record<string, string>> = {
  "app/connection/envelope.ts": "workspace is a field of OpenCode's events",
}

export const sizes = { median: 90, ninetieth: 200, most: 300, mostForTests: 400 }
/** What a request passes on its way to a target can be read in an afternoon. Lines of code, without tests. */
export const requestPath = {
  rooms: ["proxy/forward/", "proxy/guard/", "proxy/routes/"],
  most: 1_200,
}
export const sizeExceptions: Readonly<Record<string, string>> = {}

/** Files that a tool wants under this very name. */
export const namedByOthers = /^(?:README|ARCHITECTURE|CONTRIBUTING|SECURITY|CHANGELOG)\.md$|^LICENSE$/
