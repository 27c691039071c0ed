'use strict'
// Answers what is asked of the registries of npm, with the libraries and the configuration of the npm whose
// program is named: a line of JSON each way (asked.rs, fetch.rs). Nothing of a package is run or unpacked.

const { realpathSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname, join } = require('node:path')
const { createInterface } = require('node:readline')

// More of one package would be held for all the others as well.
const LONGEST_ANSWER = 32 << 20
// A walk through a history asks for one version after the other of the same package.
const PACKUMENTS_KEPT = 4
// What the registry itself adds to a version: its accounts and where it keeps the file.
const OF_REGISTRY = ['_npmOperationalInternal', '_npmUser', 'dist', 'maintainers', 'signatures']

// Standard output is for answers, whatever a library has to say.
const say = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr)

const npm = load(process.argv[1])
// Whoever asks is told.
npm.catch(() => {})
const packuments = new Map()
const questions = { versions, release, fetch }

const lines = createInterface({ input: process.stdin })
lines.on('line', line => answer(JSON.parse(line)))
lines.on('close', () => process.exit())

async function load (program) {
  try {
    const root = dirname(dirname(realpathSync(program)))
    const need = createRequire(join(root, 'package.json'))
    const Config = need('@npmcli/config')
    const npmVersion = need('./package.json').version
    const settings = need('@npmcli/config/lib/definitions')
    const config = new Config({ npmPath: root, argv: [process.execPath, program], ...settings })
    await config.load()
    return {
      options: { ...config.flat, npmVersion, nodeVersion: process.version },
      npa: need('npm-package-arg'),
      pacote: need('pacote'),
      pickManifest: need('npm-pick-manifest'),
      pickRegistry: need('npm-registry-fetch').pickRegistry,
      semver: need('semver'),
      ssri: need('ssri'),
    }
  } catch (error) {
    // What node says next of a missing module is a list of those that need it.
    throw failure('ENPM', `${program}: ${error.message.split('\n')[0]}`)
  }
}

async function answer ({ id, ask }) {
  const { options, pickRegistry } = await npm.catch(() => ({}))
  const answer = await questions[ask.what](ask).then(
    told => ({ told }),
    error => ({ failed: describe(error, options) })
  )
  answer.registry = pickRegistry?.(ask.name, options) ?? ''
  let line = JSON.stringify({ id, answer })
  if (Buffer.byteLength(line) > LONGEST_ANSWER) {
    const failed = { code: 'ETOOLONG', message: `it tells more than ${LONGEST_ANSWER >> 20} MiB` }
    line = JSON.stringify({ id, answer: { failed, registry: answer.registry } })
  }
  say(line + '\n')
}

async function versions ({ name }) {
  const { semver } = await npm
  const { versions } = await packument(name)
  // When a mirror came to have a version says nothing, and fixes of old ones come after new ones.
  return Object.keys(versions).sort((one, other) => {
    const isKnown = semver.valid(one, true) && semver.valid(other, true)
    return isKnown ? semver.compareBuild(one, other, true) : 0
  })
}

async function release ({ name, exact, matching }) {
  const known = await packument(name)
  const manifest = exact ? await only(known, exact) : await pick(known, matching)
  const { version, deprecated, dist = {}, readme } = manifest
  const own = { ...manifest, readme: undefined }
  OF_REGISTRY.forEach(key => delete own[key])
  const beside = { 'readme.md': known.readme, 'version-manifest.json': JSON.stringify(own, null, 2) }
  if (readme !== known.readme) beside['version-readme.md'] = readme
  return {
    version,
    deprecated: deprecated ? String(deprecated) : null,
    tarball: dist.tarball,
    integrity: dist.integrity,
    shasum: dist.shasum,
    beside: Object.entries(beside).filter(([, text]) => typeof text === 'string' && text),
  }
}

async function fetch ({ name, version, tarball, hash, to }) {
  const { options, pacote, ssri } = await npm
  // The registry was asked before: to npm, that is an answer which it still holds.
  const integrity = hash && String(ssri.fromHex(hash[1], hash[0]))
  const known = { name, versions: { [version]: { name, version, dist: { tarball, integrity } } } }
  const packumentCache = { has: () => true, get: () => known }
  await pacote.tarball.file(`${name}@${version}`, to, { ...options, packumentCache, before: null })
  return null
}

// What the registry tells of a package, with an object of versions.
function packument (name) {
  if (!packuments.has(name)) {
    if (packuments.size === PACKUMENTS_KEPT) packuments.delete(packuments.keys().next().value)
    const asked = ask(name)
    packuments.set(name, asked)
    asked.catch(() => packuments.delete(name))
  }
  return packuments.get(name)
}

async function ask (name) {
  const { options, pacote } = await npm
  const known = await pacote.packument(name, { ...options, fullMetadata: true })
  const unpublished = known?.time?.unpublished
  if (unpublished) throw failure('EUNPUBLISHED', '', { when: unpublished.time })
  if (typeof known?.versions !== 'object' || !known.versions) {
    throw failure('EVERSIONS', 'its answer holds no versions')
  }
  return { ...known, name }
}

// Of a version that is named, when it was published counts as little as for whom.
async function only (known, exact) {
  const { semver } = await npm
  const version = semver.clean(exact, { loose: true })
  if (Object.hasOwn(known.versions, version)) return known.versions[version]
  const published = known.time?.[version]
  if (published) throw failure('EUNPUBLISHED', '', { when: `published ${published}` })
  throw failure('ETARGET', '', { latest: known['dist-tags']?.latest })
}

async function pick (known, matching) {
  const { options, npa, pickManifest } = await npm
  try {
    return pickManifest(known, npa.resolve(known.name, matching ?? '').fetchSpec, options)
  } catch (error) {
    if (options.before) {
      // The user's own setting, and not the registry, has left out what there is.
      const before = new Date(options.before).toISOString()
      throw failure('EBEFORE', `npm is configured to take nothing that came after ${before}`)
    }
    throw Object.assign(error, { latest: known['dist-tags']?.latest })
  }
}

function failure (code, message, more) {
  return Object.assign(new Error(message), { code, ...more })
}

function describe (error, options) {
  const { type, statusCode, expected, found, latest, when } = error
  const code = error.code === 'FETCH_ERROR' ? type : error.code
  const waited = /timeout/i.test(error.message)
    ? ` (fetch-timeout is ${options.timeout} ms, fetch-retries ${options.retry?.retries})`
    : ''
  const text = value => value === undefined || value === null ? null : String(value)
  return {
    code: text(code) ?? '',
    status: statusCode ?? null,
    message: error.message + waited,
    expected: text(expected),
    found: text(found),
    latest: text(latest),
    when: text(when),
  }
}
