import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import { BadConfig, readConfig } from '#kernel/config.ts'
import type { Examination } from '#modules/doctor/index.ts'
import { postTo } from './ask-running.ts'
import { Failed } from './cli-failed.ts'
import { openDatabase } from './open-database.ts'
import { CannotStart, prepareDataDir, readRunning } from './postgres/index.ts'

/** `npm run --silent isp -- …`: speaks to the running installation of the same environment. Exit codes: 0 done, 1 refused, 2 wrong use, 3 not running. */
const program = new Command('isp')
  .description('Operates a running ISP Framework installation.')
  .showHelpAfterError()
  .exitOverride()

const tenant = program.command('tenant').description('ISPs of this installation')
tenant
  .command('create <name>')
  .description('make a tenant and print its id')
  .option('--test-clock', 'its time stands still until “isp clock advance” moves it')
  .option('--time-zone <zone>', 'such as Europe/Warsaw', 'UTC')
  .option('--currency <code>', 'ISO 4217', 'EUR')
  .action(async (name: string, options: { testClock?: boolean; timeZone: string; currency: string }) => {
    const { id } = await ask('tenants', {
      name,
      test_clock: options.testClock === true,
      time_zone: options.timeZone,
      currency: options.currency,
    })
    console.log(id)
  })

const token = program.command('token').description('API keys')
token
  .command('create')
  .description('make an API key and print its token, which is shown this once')
  .requiredOption('--role <name>', 'admin, support, billing, network, viewer or one of your own')
  .option('--tenant <id or name>', 'the first tenant when left out')
  .option('--name <text>', 'what the key is for')
  .action(async (options: { role: string; tenant?: string; name?: string }) =>
    console.log((await ask('tokens', options)).token),
  )

const clock = program.command('clock').description('test clocks')
clock
  .command('advance <duration>')
  .description('move a test-clock tenant’s time (16d, 12h, 2w, 1mo, 1y) and do everything due on the way')
  .requiredOption('--tenant <id or name>')
  .action(async (by: string, options: { tenant: string }) =>
    console.log((await ask('clock', { by, tenant: options.tenant })).now),
  )

program
  .command('import <noun> <file>')
  .description('import rows from a CSV file')
  .option('--tenant <id or name>')
  .option('--validate-only', 'judge every row, change nothing')
  .option('--mapping <json>', '{"name": "Full name", …}: field → column')
  .option('--result <file>', 'where to write the result file')
  .action(
    async (
      noun: string,
      file: string,
      options: { tenant?: string; validateOnly?: boolean; mapping?: string; result?: string },
    ) => {
      const { importFile } = await import('./cli-import.ts')
      await importFile(running().address, await tokenOf(options.tenant, 'isp import'), noun, file, options)
    },
  )

program
  .command('preset [name]')
  .description('add what a kind of ISP begins with: wisp, fibre, voip or managed; without a name, list them')
  .option('--tenant <id or name>', 'the first tenant when left out')
  .option('--tax-rate <percent>', 'your country’s, instead of the preset’s')
  .option('--dry-run', 'only say what it would add')
  .action(
    async (name: string | undefined, options: { tenant?: string; taxRate?: string; dryRun?: boolean }) => {
      const { applyPreset, listPresets } = await import('./cli-preset.ts')
      const { address } = running()
      const token = await tokenOf(options.tenant, 'isp preset')
      await (name ? applyPreset(address, token, name, options) : listPresets(address, token))
    },
  )

program
  .command('setup-database')
  .description(
    'make the roles and the schema in the PostgreSQL that DATABASE_URL names; its user must be allowed to create roles',
  )
  .action(async () => {
    const config = readConfig(process.env, process.cwd())
    if (!config.database_url)
      throw new Failed(
        2,
        'Set DATABASE_URL to the PostgreSQL to set up; without it the built-in one is used and needs no set-up.',
      )
    const { user } = (await openDatabase(config, prepareDataDir(config.data_dir), undefined)).app
    console.log(
      `The database is ready; the application connects as ${user}. Start with the same DATABASE_URL and DATA_DIR.`,
    )
  })

program
  .command('backup [folder]')
  .description(
    'copy the running database and the files into a new folder; below BACKUP_DIR when none is named',
  )
  .option('--with-key', 'the key of the secrets too: whoever has such a backup can read everything')
  .action(async (folder: string | undefined, options: { withKey?: boolean }) => {
    const made = await ask('backup', {
      ...(folder ? { to: resolve(folder) } : {}),
      with_key: options.withKey === true,
    })
    console.log(made.folder)
    console.error(
      `${made.files} files, ${(Number(made.size_bytes) / 1024 ** 2).toFixed(0)} MB.${made.with_key ? '' : ' Without the key: keep secret.json (or SECRET_KEY) elsewhere.'}${made.files_in === 's3' ? ' Files are in S3; the bucket needs a backup of its own.' : ''}`,
    )
  })

program
  .command('restore <folder>')
  .description(
    'put a backup into the empty folder that DATA_DIR names; the installation is started afterwards',
  )
  .option(
    '--erasures <file>',
    'an erasures.jsonl that is newer than the backup: who is in it is erased again',
  )
  .action(async (folder: string, options: { erasures?: string }) => {
    const { restoreBackup } = await import('./backup/index.ts')
    const { data_dir, secret_key, database_url } = readConfig(process.env, process.cwd())
    if (database_url)
      throw new Failed(
        2,
        'DATABASE_URL is set. A backup holds the built-in database; restore it without DATABASE_URL.',
      )
    const { with_key, made_at, files } = await restoreBackup(
      folder,
      data_dir,
      options.erasures ? [resolve(options.erasures)] : [],
      (sentence) => console.error(sentence),
    )
    console.log(
      `Restored to ${data_dir} as of ${made_at}. Start it with the same DATA_DIR, then run isp doctor.`,
    )
    if (!with_key && !secret_key)
      console.log(
        'The backup holds no key: put secret.json into that folder, or set SECRET_KEY, before starting.',
      )
    if (files === 's3') console.log('Files are in S3: start with the same S3 settings.')
  })

program
  .command('doctor')
  .description('say how the installation is, and what to do where something is wrong')
  .option('--json', 'all of it, for a program to read')
  .action(async (options: { json?: boolean }) => {
    const { printExamination } = await import('./cli-doctor.ts')
    printExamination((await ask('doctor', {})) as unknown as Examination, options.json === true)
  })

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof Failed || error instanceof CannotStart || error instanceof BadConfig) {
    console.error(error.message)
    process.exitCode = error instanceof Failed ? error.code : 1
  } else throw error
}

function running(): { address: string; control: string } {
  const { data_dir } = readConfig(process.env, process.cwd())
  const found = readRunning(data_dir)
  if (!found)
    throw new Failed(
      3,
      `No installation is running on ${data_dir}. Start it with npm start (and the same DATA_DIR).`,
    )
  const { token: control } = JSON.parse(readFileSync(join(data_dir, 'control.json'), 'utf8')) as {
    token: string
  }
  return { address: found.address, control }
}

async function ask(path: string, body: object): Promise<Record<string, string>> {
  const { address, control } = running()
  const { status, text } = await postTo(`${address}/internal/${path}`, control, body)
  const answer = JSON.parse(text) as Record<string, string>
  if (status >= 400) throw new Failed(1, answer.detail ?? `Refused (${status}).`)
  return answer
}

async function tokenOf(tenant: string | undefined, name: string): Promise<string> {
  return (await ask('tokens', { role: 'admin', name, ...(tenant ? { tenant } : {}) })).token!
}
