// The programs of the cluster tests: where they are kept, what building them needs, whether this machine can.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { contentHash } from "./content-hash.mjs"
import { inRoot } from "./root.mjs"

const testbed = inRoot("tests", "cluster", "testbed")

const parts = {
  "control-plane": [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "etcd",
    "kwok",
    "kwok-stages.yaml",
  ],
  node: ["kubelet", "kube-proxy", "mkimage", "pause.tar", "runtime/nft"],
}

/** What each part runs besides what is built, and what fetching it takes. */
const tools = {
  "control-plane": ["bash", "openssl", "setsid", "flock", "awk"],
  node: ["ip"],
}

/** The packages of the sandbox's image, for the image of the tests. */
const packages = inRoot("docker", "sandbox", "packages")
const debianScript = join(testbed, "debian-root.sh")

/** One directory for each set of pinned versions, outside the repository: every checkout shares it. */
export const clusterDirectory = (env = process.env) =>
  cached(
    env,
    ["programs", "build.sh", "runtime.sh"].map((name) => join(testbed, name)),
  )

/** The unpacked packages of an image. They change more often than the programs, so they have a directory of their own. */
export const debianRoot = (env = process.env) => join(cached(env, [debianScript, packages]), "root")

function cached(env, pinned) {
  const caches = env.XDG_CACHE_HOME || join(homedir(), ".cache")
  return join(caches, "sandbar", "cluster", contentHash(pinned).slice(0, 16))
}

export const isBuilt = (part) =>
  parts[part].every((name) => existsSync(join(clusterDirectory(), name))) &&
  (part !== "node" || existsSync(debianRoot()))

/** The commands that build a part, as far as it is missing. */
export const buildCommands = (part) => [
  [join(testbed, "build.sh"), clusterDirectory(), part],
  ...(part === "node" ? [[debianScript, debianRoot(), packages]] : []),
]

/** Why this machine can never run a part, in one sentence; undefined when it can. */
export function cannotRun(part, machine = thisMachine()) {
  if (machine.platform !== "linux") return `it needs Linux, and this is ${machine.platform}.`
  if (part === "node" && machine.uid !== 0) return "it starts containers, which takes root."
  const missing = tools[part].filter((tool) => !machine.has(tool))
  return missing.length > 0 ? `this machine has no ${missing.join(", no ")}.` : undefined
}

/** Why what is missing cannot be built here; undefined when it can. */
export function cannotBuild(part, machine = thisMachine()) {
  if (machine.go === undefined) return "there is no Go, and its programs are built with Go 1.25 or newer."
  if (isOlder(machine.go)) return `its programs are built with Go 1.25 or newer, and this is ${machine.go}.`
  const fetchers = part === "node" ? ["apt-get", "dpkg-deb"].filter((tool) => !machine.has(tool)) : []
  return fetchers.length > 0
    ? `containerd comes from Debian's packages, and this machine has no ${fetchers.join(", no ")}.`
    : undefined
}

/** `go1.26.8` is not older; a version of another shape is a development version and taken as new. */
function isOlder(go) {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(go) ?? []
  return major !== undefined && (Number(major) < 1 || (Number(major) === 1 && Number(minor) < 25))
}

function thisMachine() {
  const go = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" })
  return {
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    has: (tool) => spawnSync("sh", ["-c", 'command -v "$1"', "sh", tool]).status === 0,
    go: go.status === 0 ? go.stdout.trim() : undefined,
  }
}
