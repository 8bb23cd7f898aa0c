// Environment → Config. One table is the source for reading, for --help and for every fault message.
import type { ProvidedServer } from "../shared/servers.ts"
import { checkTogether, faultOf } from "./config-checks.ts"
import {
  type Allowed,
  absolutePath,
  allowedTargets,
  cidrs,
  clusterDomain,
  duration,
  Fault,
  host,
  hostNames,
  identity,
  installationKey,
  limits,
  oneOf,
  prefix,
  providedServers,
  wholeNumber,
} from "./config-values.ts"
import type { Identity } from "./guard/identity.ts"
import { defaultLimits, type Limits } from "./guard/limits.ts"
import type { Cidr } from "./guard/trusted-peers.ts"

export type Environment = Readonly<Record<string, string | undefined>>

/** What the machine knows and the environment does not; a parameter, so that tests need no machine. */
export type Machine = {
  cwd: string
  isTerminal: boolean
  isDirectory: (path: string) => boolean
  isProgram: (path: string) => boolean
  /** The locked dependency, or whatever `opencode` is on the PATH. */
  findOpencode: () => string | undefined
  /** Where programs of this platform keep their data; empty when it is unknown. */
  dataDirectory: string
}

type Variable<T> = {
  help: string
  /** Shown by --help; used as if it had been set. */
  default: string | ((machine: Machine, env: Environment) => string)
  /** What --help shows for a default that depends on the machine. */
  defaultHelp?: string
  parse: (text: string, machine: Machine) => T
}

const variable = <T>(spec: Variable<T>): Variable<T> => spec

export const variables = {
  HOST: variable({ help: "address to listen on", default: "127.0.0.1", parse: host }),
  PORT: variable({ help: "port to listen on", default: "8888", parse: wholeNumber(0, 65535) }),
  NB_PREFIX: variable({
    help: "path that everything lives under (set by Kubeflow)",
    default: "/",
    parse: prefix,
  }),
  BASE_PATH: variable({ help: "the same, for everyone else", default: "/", parse: prefix }),
  SANDBAR_ALLOWED_TARGETS: variable({
    help: "servers that people may add: host patterns and exact origins such as http://127.0.0.1:4096",
    default: "*.svc.cluster.local",
    parse: allowedTargets,
  }),
  SANDBAR_SERVERS: variable({
    help: "servers offered to everyone: Name=http://host:port,… (each must also be allowed)",
    default: "",
    defaultHelp: "none",
    parse: providedServers,
  }),
  SANDBAR_DRIVER: variable({
    help: "what runs sandboxes: process (with an OpenCode server of our own beside them), kubernetes, or none",
    default: (_machine, env) => (env.KUBERNETES_SERVICE_HOST ? "kubernetes" : "process"),
    defaultHelp: "process; in a cluster kubernetes",
    parse: oneOf("process", "kubernetes", "none"),
  }),
  SANDBAR_TEMPLATES: variable({
    help: "what people can spawn: a YAML file, or a directory of them",
    default: "",
    defaultHelp: "one for local processes; in a cluster none",
    parse: (text, machine) => absolutePath(text, machine.cwd),
  }),
  SANDBAR_IDLE_AFTER: variable({
    help: "when a sandbox that nobody uses is stopped, such as 30m or 2h, or never; a template may say otherwise",
    default: "30m",
    parse: duration,
  }),
  SANDBAR_SANDBOXES_PER_PERSON: variable({
    help: "how many sandboxes one person may have, stopped ones included",
    default: "10",
    parse: wholeNumber(1, 1_000),
  }),
  SANDBAR_PLAIN_HTTP_REPOSITORIES: variable({
    help: "yes lets repositories come over plain http too, where nobody proves who answers",
    default: "no",
    parse: oneOf("no", "yes"),
  }),
  SANDBAR_KUBE_CONTEXT: variable({
    help: "for a Sandbar outside its cluster: the context of the kubeconfig that KUBECONFIG names",
    default: "",
    defaultHelp: "the kubeconfig's own",
    parse: (text) => text,
  }),
  SANDBAR_CLUSTER_DOMAIN: variable({
    help: "what the names of the cluster's Services end with",
    default: "cluster.local",
    parse: clusterDomain,
  }),
  SANDBAR_DIRECTORY: variable({
    help: "where the embedded local server works",
    default: (machine) => machine.cwd,
    defaultHelp: "current directory",
    parse: (text, machine) => absolutePath(text, machine.cwd),
  }),
  SANDBAR_OPENCODE: variable({
    help: "the opencode program",
    default: (machine) => machine.findOpencode() ?? "",
    defaultHelp: "the one installed with Sandbar, else the one on the PATH",
    parse: (text, machine) => absolutePath(text, machine.cwd),
  }),
  SANDBAR_HOME: variable({
    help: "where Sandbar keeps what is its own, such as its key",
    default: (machine) => machine.dataDirectory,
    defaultHelp: "sandbar in the platform's data directory",
    parse: (text, machine) => absolutePath(text, machine.cwd),
  }),
  SANDBAR_KEY: variable({
    help: "the installation's key, at least 32 characters; the same for all replicas",
    default: "",
    defaultHelp: "generated, kept in SANDBAR_HOME",
    parse: installationKey,
  }),
  SANDBAR_IDENTITY: variable({
    help: "who people are: header:kubeflow-userid, or none: whoever reaches HOST may use it",
    default: "",
    defaultHelp: "none on loopback, otherwise required",
    parse: identity,
  }),
  SANDBAR_TRUSTED_PROXIES: variable({
    help: "gateways whose forwarding headers count: addresses and ranges such as 10.0.0.0/8",
    default: "",
    defaultHelp: "none",
    parse: cidrs,
  }),
  SANDBAR_PUBLIC_HOSTS: variable({
    help: "host names that people reach this installation by, such as kubeflow.example; others are refused",
    default: "",
    defaultHelp: "loopback names when HOST is loopback, otherwise any",
    parse: hostNames,
  }),
  SANDBAR_LIMITS: variable({
    help: "how much may be open at once, such as target=2000,client-streams=500; see docs/proxy.md",
    default: "",
    defaultHelp: Object.entries(defaultLimits)
      .map(([name, value]) => `${name}=${value}`)
      .join(","),
    parse: limits,
  }),
  SANDBAR_DRAIN_SECONDS: variable({
    help: "how long a stop waits for answers that are under way",
    default: "20",
    parse: wholeNumber(0, 3600),
  }),
  SANDBAR_LOG: variable({
    help: "how the log is written: pretty or json",
    default: (machine) => (machine.isTerminal ? "pretty" : "json"),
    defaultHelp: "pretty on a terminal, else json",
    parse: oneOf("pretty", "json"),
  }),
  SANDBAR_LOG_LEVEL: variable({
    help: "debug, info, warn or error",
    default: "info",
    parse: oneOf("debug", "info", "warn", "error"),
  }),
}

export type VariableName = keyof typeof variables
export type Values = { [Name in VariableName]: ReturnType<(typeof variables)[Name]["parse"]> }

export type Config = {
  host: string
  port: number
  prefix: string
  allowed: Allowed
  servers: ProvidedServer[]
  driver: "process" | "kubernetes" | "none"
  /** Empty: the built-in one. */
  templates: string
  /** Null: never. */
  idleAfterSeconds: number | null
  sandboxesPerPerson: number
  plainHttpRepositories: boolean
  /** Empty: the current one. */
  kubeContext: string
  clusterDomain: string
  directory: string
  opencode: string
  home: string
  key: string | undefined
  identity: Identity
  limits: Limits
  trustedProxies: Cidr[]
  /** Lower case, without ports; empty when the operator named none. */
  publicHosts: string[]
  drainSeconds: number
  log: "pretty" | "json"
  logLevel: "debug" | "info" | "warn" | "error"
}

/** Every fault at once, each a sentence with the variable, the value and what would be right. */
export type ConfigResult = { ok: true; config: Config } | { ok: false; faults: string[] }

export function readConfig(env: Environment, machine: Machine): ConfigResult {
  const faults: string[] = []
  const values = readValues(env, machine, faults)
  checkTogether(values, env, machine, faults)
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, config: toConfig(values as Values, env) }
}

/** An empty variable counts as unset: that is how compose files and charts leave one out. */
function readValues(env: Environment, machine: Machine, faults: string[]): Partial<Values> {
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(variables) as [VariableName, Variable<unknown>][]) {
    const fallback = typeof spec.default === "string" ? spec.default : spec.default(machine, env)
    const text = env[name]?.trim() || fallback
    try {
      values[name] = spec.parse(text, machine)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      faults.push(faultOf(name, text, error.message))
    }
  }
  return values as Partial<Values>
}

function toConfig(values: Values, env: Environment): Config {
  return {
    host: values.HOST,
    port: values.PORT,
    prefix: env.NB_PREFIX?.trim() ? values.NB_PREFIX : values.BASE_PATH,
    allowed: values.SANDBAR_ALLOWED_TARGETS,
    servers: values.SANDBAR_SERVERS,
    driver: values.SANDBAR_DRIVER,
    templates: values.SANDBAR_TEMPLATES,
    idleAfterSeconds: values.SANDBAR_IDLE_AFTER,
    sandboxesPerPerson: values.SANDBAR_SANDBOXES_PER_PERSON,
    plainHttpRepositories: values.SANDBAR_PLAIN_HTTP_REPOSITORIES === "yes",
    kubeContext: values.SANDBAR_KUBE_CONTEXT,
    clusterDomain: values.SANDBAR_CLUSTER_DOMAIN,
    directory: values.SANDBAR_DIRECTORY,
    opencode: values.SANDBAR_OPENCODE,
    home: values.SANDBAR_HOME,
    key: values.SANDBAR_KEY,
    identity: values.SANDBAR_IDENTITY ?? { is: "none" },
    limits: values.SANDBAR_LIMITS,
    trustedProxies: values.SANDBAR_TRUSTED_PROXIES,
    publicHosts: values.SANDBAR_PUBLIC_HOSTS,
    drainSeconds: values.SANDBAR_DRAIN_SECONDS,
    log: values.SANDBAR_LOG,
    logLevel: values.SANDBAR_LOG_LEVEL,
  }
}
