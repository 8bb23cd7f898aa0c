// Finds the pinned Bun, or fetches it with npm under the hashes of bun.lock: npm checks them before it
// unpacks anything, and no install script runs.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bunLockfile } from "./bun-lockfile.mjs"
import { inRoot, pinnedBun } from "./root.mjs"
import { sayWhile } from "./say.mjs"
import { Stop } from "./stop.mjs"

/** A Bun that can install the dependencies. Any recent one may: the lockfile decides what is installed. */
export async function ensureBun(wanted = pinnedBun(), home = inRoot(".sandbar", "bun")) {
  if (process.versions.bun) return process.execPath
  if (versionOf("bun") === wanted) return "bun"
  const fetched = bunIn(join(home, "node_modules"), wanted)
  if (fetched) return fetched
  await sayWhile(`fetching Bun ${wanted} with npm, about 40 MB`, () => fetchBun(wanted, home))
  const bun = bunIn(join(home, "node_modules"), wanted)
  if (!bun) throw new Stop(`The fetched Bun ${wanted} does not run on this machine.`)
  return bun
}

/**
 * The Bun inside a node_modules: in its platform package, or in `bun` once its install script has moved it there.
 * We run no install script for our own copy: it downloads without a hash when something is missing.
 */
export function bunIn(nodeModules, wanted) {
  const scope = join(nodeModules, "@oven")
  const name = process.platform === "win32" ? "bun.exe" : "bun"
  const platforms = existsSync(scope) ? readdirSync(scope) : []
  return [
    join(nodeModules, "bun", "bin", "bun.exe"),
    ...platforms.map((platform) => join(scope, platform, "bin", name)),
  ]
    .filter((file) => existsSync(file))
    .find((file) => versionOf(file) === wanted)
}

function versionOf(program) {
  const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" })
  return status === 0 ? stdout.trim() : undefined
}

function fetchBun(wanted, home) {
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  const lock = npmLockfile(wanted, bunLockfile(readFileSync(inRoot("bun.lock"), "utf8")), thisMachine())
  writeFileSync(join(home, "package.json"), JSON.stringify(lock.packages[""], null, 2))
  writeFileSync(join(home, "package-lock.json"), JSON.stringify(lock, null, 2))
  // Under `npm run` this is the very npm that started us; it also spares Windows a shell.
  const cli = process.env.npm_execpath
  const [program, ...first] = cli?.endsWith("npm-cli.js") ? [process.execPath, cli] : ["npm"]
  const args = [
    ...first,
    "ci",
    "--prefix",
    home,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]
  const { error, status, stderr } = spawnSync(program, args, {
    cwd: home,
    encoding: "utf8",
    stdio: ["ignore", 2, "pipe"],
  })
  if (error) throw new Stop("Neither Bun nor npm is on the PATH: install one of them.")
  if (status !== 0) throw new Stop(whyNpmFailed(wanted, stderr))
}

/** One sentence for a person out of npm's many lines. */
export function whyNpmFailed(wanted, stderr) {
  if (/EINTEGRITY|sha512/.test(stderr)) {
    return `The registry sent a Bun ${wanted} whose hash differs from bun.lock, so it was refused.`
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/.test(stderr)) {
    return `The first start needs the npm registry for Bun ${wanted}, and it cannot be reached: check the network or npm's proxy settings.`
  }
  return `npm could not fetch Bun ${wanted}: ${stderr.trim().split("\n")[0] ?? "no reason given"}`
}

/** What `npm ci` needs to fetch Bun's one package for this machine under the hash of bun.lock. */
export function npmLockfile(wanted, locked, machine) {
  const fits = ([name, { os, cpu, libc }]) =>
    name.startsWith("@oven/bun-") &&
    os?.includes(machine.os) &&
    cpu?.includes(machine.cpu) &&
    (!libc || libc.includes(machine.libc))
  const [name, entry] = Object.entries(locked).find(fits) ?? []
  if (!entry) throw new Stop(`There is no Bun for ${machine.os} on ${machine.cpu}.`)
  if (entry.version !== wanted) {
    throw new Stop(
      `package.json pins Bun ${wanted}, but bun.lock has ${entry.version}: run "bun install" and keep both.`,
    )
  }
  const root = { name: "sandbar-bun", version: "0.0.0", private: true, dependencies: { [name]: wanted } }
  const packages = { "": root, [`node_modules/${name}`]: entry }
  return { name: root.name, version: root.version, lockfileVersion: 3, requires: true, packages }
}

function thisMachine() {
  const glibc = process.platform === "linux" && process.report.getReport().header.glibcVersionRuntime
  return { os: process.platform, cpu: process.arch, libc: glibc ? "glibc" : "musl" }
}
