// Images without a registry: an archive that containerd imports, made from files and directories of this machine.
import { join } from "node:path"
import { clusterDirectory, debianRoot } from "../../../scripts/cluster-programs.mjs"

const root = join(import.meta.dirname, "../../..")

interface ImageContent {
  /** `localhost/name:tag`: nothing is ever pulled, so pods say `imagePullPolicy: Never`. */
  readonly name: string
  readonly entrypoint: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** `1000:1000`; without it root. */
  readonly user?: string
  /** What is copied: a file or directory here, and its place in the image. */
  readonly files: Readonly<Record<string, string>>
}

/** Writes the archive to `file` and answers it. */
async function makeImage(file: string, content: ImageContent): Promise<string> {
  const { name, entrypoint, env = {}, user = "", files } = content
  const flags = ["-name", name, "-entrypoint", entrypoint.join(" "), "-user", user]
  const settings = Object.entries(env).flatMap(([key, value]) => ["-env", `${key}=${value}`])
  const sources = Object.entries(files).map(([from, to]) => `${from}=${to}`)
  const program = join(clusterDirectory(), "mkimage")
  const child = Bun.spawn([program, ...flags, ...settings, ...sources], {
    stdin: "ignore",
    stdout: Bun.file(file),
    stderr: "pipe",
  })
  const [said, code] = await Promise.all([new Response(child.stderr).text(), child.exited])
  if (code !== 0) throw new Error(`mkimage could not make ${name}: ${said}`)
  return file
}

/** What `makeSandboxImage` calls its image. */
export const sandboxImage = "localhost/sandbar-sandbox:1"

/** The image of docker/sandbox out of Debian's packages and the installed OpenCode, in about 2 s. */
export function makeSandboxImage(file: string): Promise<string> {
  const ours = (name: string) => join(root, "docker", "sandbox", name)
  const build = process.arch === "x64" ? "x64-baseline" : process.arch
  const opencode = join(root, "node_modules", `opencode-linux-${build}`, "bin", "opencode")
  const scripts = ["start.sh", "clone.sh", "askpass.sh"].map((name) => [ours(name), `/opt/sandbar/${name}`])
  return makeImage(file, {
    name: sandboxImage,
    entrypoint: ["tini", "--", "/opt/sandbar/start.sh"],
    env: { HOME: "/home/sandbox" },
    user: "1000:1000",
    files: {
      [debianRoot()]: "/",
      [opencode]: "/usr/local/bin/opencode",
      [ours("gitconfig")]: "/etc/gitconfig",
      ...Object.fromEntries(scripts),
    },
  })
}
