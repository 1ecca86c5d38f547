import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClientCandidate } from './admission.ts'
import { authenticationMethod } from './authentication-method.ts'
import { chapCredentials, chapPasswordMatches } from './chap.ts'
import { type AccessOutcome, createRadiusClient, type RadiusClient } from './client.ts'
import { createDynamicAuthorizationServer } from './dynamic-authorization-server.ts'
import { md4 } from './md4.ts'
import { mppeMasterKey, mppeStartKey, msChapMppeAttributes, revealSaltedKey } from './mppe.ts'
import { msChap2Credentials, msChapCredentials, msChapFailure, msChapMatches, ntHash } from './ms-chap.ts'
import type { AttributeList } from './packet-builder.ts'
import type { RadiusPacket } from './packet.ts'
import { papPassword, revealPassword } from './pap.ts'
import { sharedSecret } from './secret.ts'
import { type AccessReply, createRadiusServer, type RadiusServer } from './server.ts'

const secret = 'testing123'
const nas: ClientCandidate = { id: 'nas', secret, require_message_authenticator: 'no' }
const password = 'pässword 1'
const must_be_there = process.env['REQUIRE_PEERS'] === '1'
const radclient = program('radclient')
const freeradius = program('freeradius') ?? program('radiusd')

/** The path of a program, also where Debian puts servers and a user's PATH does not look. */
function program(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  const { port } = socket.address()
  await new Promise<void>((done) => socket.close(done))
  return port
}

describe.skipIf(!radclient && !must_be_there)('radclient as the NAS (peer: radclient)', () => {
  let server: RadiusServer
  const accounted: { name: string; value: unknown }[][] = []

  const decide = (packet: RadiusPacket): AccessReply => {
    const nt_hash = ntHash(password)
    const accept = (more: AttributeList = {}): AccessReply => ({
      code: 'accept',
      attributes: { 'Framed-IP-Address': '10.1.2.3', 'Mikrotik-Rate-Limit': '10M/2M', ...more },
    })
    switch (authenticationMethod(packet)) {
      case 'pap':
        return papPassword(packet, secret) === password ? accept() : { code: 'reject' }
      case 'chap':
        return chapPasswordMatches(packet, password) ? accept() : { code: 'reject' }
      case 'ms-chap': {
        const { authenticator: request_authenticator } = packet
        return msChapMatches(packet, nt_hash)
          ? accept(msChapMppeAttributes({ nt_hash, secret, request_authenticator }))
          : { code: 'reject', attributes: msChapFailure(packet) }
      }
      default:
        return { code: 'reject', attributes: { 'Reply-Message': 'no method' } }
    }
  }

  beforeAll(async () => {
    server = await createRadiusServer({
      auth_port: 0,
      acct_port: 0,
      lookup_client: () => [nas],
      on_access: ({ packet }) => decide(packet),
      on_accounting: ({ packet }) => {
        accounted.push(packet.describe())
        return 'ack'
      },
    })
  })
  afterAll(() => server.close())

  /** Runs radclient, which verifies the reply's authenticators itself, and answers what it prints. */
  const run = (port: number, command: string, lines: string, with_secret = secret): Promise<string> =>
    new Promise((resolve) => {
      const args = ['-x', '-r', '1', '-t', '1', `127.0.0.1:${port}`, command, with_secret]
      const child = execFile(radclient ?? 'radclient', args, (_error, out, err) => resolve(out + err))
      child.stdin?.end(lines)
    })
  const user = 'User-Name = "ann", Message-Authenticator = 0x00'

  test.each([
    ['PAP', `${user}, User-Password = "${password}"`],
    ['PAP, unsigned', `User-Name = "ann", User-Password = "${password}"`],
    ['CHAP', `${user}, CHAP-Password = "${password}"`],
    ['MS-CHAP', `${user}, MS-CHAP-Password = "${password}"`],
  ])('is accepted with the right password by %s', async (_method, lines) => {
    const printed = await run(server.auth_port, 'auth', lines)
    expect(printed).toContain('Received Access-Accept')
    expect(printed).toContain('Framed-IP-Address = 10.1.2.3')
    expect(printed).toContain('Mikrotik-Rate-Limit = "10M/2M"')
    expect(printed).toMatch(/Message-Authenticator = 0x[0-9a-f]{32}/)
  })

  test('reads the MPPE keys of MS-CHAP', async () => {
    const printed = await run(server.auth_port, 'auth', `${user}, MS-CHAP-Password = "${password}"`)
    expect(printed).toMatch(/MS-CHAP-MPPE-Keys = 0x0000000000000000[0-9a-f]{32}/)
    expect(printed).toContain('MS-MPPE-Encryption-Policy = Encryption-Allowed')
  })

  test.each([
    ['PAP', `${user}, User-Password = "wrong"`],
    ['CHAP', `${user}, CHAP-Password = "wrong"`],
    ['MS-CHAP', `${user}, MS-CHAP-Password = "wrong"`],
  ])('is rejected with a wrong password by %s', async (method, lines) => {
    const printed = await run(server.auth_port, 'auth', lines)
    expect(printed).toContain('Received Access-Reject')
    if (method === 'MS-CHAP') expect(printed).toContain('E=691 R=0')
  })

  test('gets its Status-Server answered on both ports', async () => {
    const lines = 'Message-Authenticator = 0x00'
    expect(await run(server.auth_port, 'status', lines)).toContain('Received Access-Accept')
    expect(await run(server.acct_port, 'status', lines)).toContain('Received Accounting-Response')
  })

  test('gets its accounting acknowledged', async () => {
    const lines = [
      'User-Name = "ann", Acct-Status-Type = Interim-Update, Acct-Session-Id = "81a0", Acct-Input-Octets = 4294967295',
      'Acct-Input-Gigawords = 3, Framed-IPv6-Prefix = 2001:db8:1::/64, NAS-IPv6-Address = 2001:db8::1',
      'Event-Timestamp = "Jan  1 2026 00:00:00 UTC", Framed-Interface-Id = 0:1:2:3, NAS-Port-Type = Ethernet',
      'Tunnel-Type:2 = L2TP, Tunnel-Private-Group-Id:2 = "100", ADSL-Agent-Circuit-Id = 0x6f6c74, Cisco-AVPair = "a=b"',
    ].join(', ')
    expect(await run(server.acct_port, 'acct', lines)).toContain('Received Accounting-Response')
    expect(accounted.pop()).toEqual([
      { name: 'User-Name', value: 'ann' },
      { name: 'Acct-Status-Type', value: 3 },
      { name: 'Acct-Session-Id', value: '81a0' },
      { name: 'Acct-Input-Octets', value: 4294967295 },
      { name: 'Acct-Input-Gigawords', value: 3 },
      { name: 'Framed-IPv6-Prefix', value: '2001:db8:1::/64' },
      { name: 'NAS-IPv6-Address', value: '2001:db8::1' },
      { name: 'Event-Timestamp', value: Date.UTC(2026, 0, 1) / 1_000 },
      { name: 'Framed-Interface-Id', value: '0:1:2:3' },
      { name: 'NAS-Port-Type', value: 15 },
      { name: 'Tunnel-Type', value: { tag: 2, value: 3 } },
      { name: 'Tunnel-Private-Group-Id', value: { tag: 2, value: '100' } },
      { name: 'ADSL-Agent-Circuit-Id', value: 'olt' },
      { name: 'Cisco-AVPair', value: 'a=b' },
    ])
  })

  test('hears nothing with a wrong secret', async () => {
    const printed = await run(server.auth_port, 'auth', `${user}, User-Password = "x"`, 'wrong')
    expect(printed).not.toContain('Received')
    expect(server.stats().dropped.wrong_secret).toBeGreaterThan(0)
  })

  test('as a client of our CoA server gets ACK and NAK', async () => {
    const nas = await createDynamicAuthorizationServer({
      port: 0,
      secret,
      on_request: ({ kind }) => (kind === 'disconnect' ? 'ack' : { error_cause: 503 }),
    })
    const now_s = Math.floor(Date.now() / 1_000)
    const lines = `User-Name = "ann", Acct-Session-Id = "81", Event-Timestamp = "${now_s}"`
    try {
      expect(await run(nas.port, 'disconnect', lines)).toContain('Received Disconnect-ACK')
      const refused = await run(nas.port, 'coa', `${lines}, Message-Authenticator = 0x00`)
      expect(refused).toContain('Received CoA-NAK')
      expect(refused).toContain('Error-Cause = Session-Context-Not-Found')
    } finally {
      await nas.close()
    }
  })
})

describe.skipIf(!freeradius && !must_be_there)('our client against FreeRADIUS (peer: freeradius)', () => {
  let folder: string
  let server_process: ChildProcess
  let auth_port: number
  let acct_port: number
  let client: RadiusClient

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'radius-peer-'))
    auth_port = await freePort()
    acct_port = await freePort()
    await writeFile(join(folder, 'radiusd.conf'), configuration(folder, auth_port, acct_port))
    await writeFile(
      join(folder, 'users'),
      `ann Cleartext-Password := "${password}"
  Framed-IP-Address = 10.1.2.3,
  Mikrotik-Rate-Limit = "10M/2M",
  Framed-IPv6-Prefix = 2001:db8:7::/64,
  Delegated-IPv6-Prefix = 2001:db8:700::/40,
  ERX-Service-Activate:1 = "home(50m)",
  WISPr-Bandwidth-Max-Down = 10000000,
  Class = 0x616263
`,
    )
    server_process = spawn(freeradius ?? 'freeradius', ['-X', '-d', folder])
    await new Promise<void>((resolve, reject) => {
      let printed = ''
      const look = (chunk: Buffer): void => {
        printed += chunk
        if (printed.includes('Ready to process requests')) resolve()
      }
      server_process.stdout?.on('data', look)
      server_process.stderr?.on('data', look)
      server_process.once('exit', () =>
        reject(new Error(`FreeRADIUS did not start:\n${printed.slice(-2_000)}`)),
      )
    })
    client = createRadiusClient({ auth_port, acct_port, secret, schedule_ms: [3_000, 3_000] })
  }, 15_000)

  afterAll(async () => {
    await client?.close()
    if (server_process?.exitCode === null) {
      const gone = new Promise((done) => server_process.once('exit', done))
      server_process.kill('SIGKILL')
      await gone
    }
    await rm(folder, { recursive: true, force: true })
  })

  const access = async (
    attributes: AttributeList,
  ): Promise<Exclude<AccessOutcome, { result: 'timeout' }>> => {
    const outcome = await client.access(attributes)
    if (outcome.result === 'timeout') throw new Error('FreeRADIUS did not answer.')
    return outcome
  }

  test('PAP, CHAP and MS-CHAP are accepted, and the reply is read', async () => {
    for (const credentials of [
      { 'User-Password': password },
      chapCredentials(password),
      msChapCredentials(password),
    ]) {
      const { result, packet } = await access({ 'User-Name': 'ann', ...credentials })
      expect(result).toBe('accept')
      expect(packet.ip('Framed-IP-Address')).toBe('10.1.2.3')
      expect(packet.string('Mikrotik-Rate-Limit')).toBe('10M/2M')
      expect(packet.value('Framed-IPv6-Prefix')).toBe('2001:db8:7::/64')
      expect(packet.value('Delegated-IPv6-Prefix')).toBe('2001:db8:700::/40')
      expect(packet.value('ERX-Service-Activate')).toEqual({ tag: 1, value: 'home(50m)' })
      expect(packet.u32('WISPr-Bandwidth-Max-Down')).toBe(10_000_000)
      expect(packet.string('Class')).toBe('abc')
    }
  })

  test('wrong passwords are rejected', async () => {
    for (const credentials of [{ 'User-Password': 'x' }, chapCredentials('x'), msChapCredentials('x')]) {
      expect((await access({ 'User-Name': 'ann', ...credentials })).result).toBe('reject')
    }
  })

  test('MS-CHAP-V2 is accepted with the success text and the MPPE keys that we compute', async () => {
    const { attributes, expected_success } = msChap2Credentials('ann', password)
    const { result, packet, request_authenticator } = await access({ 'User-Name': 'ann', ...attributes })
    expect(result).toBe('accept')
    expect(packet.octets('MS-CHAP2-Success')?.subarray(1).toString()).toBe(expected_success)

    const nt_response = attributes['MS-CHAP2-Response']!.subarray(26)
    const master_key = mppeMasterKey(ntHash(password), nt_response)
    const revealed = (name: 'MS-MPPE-Send-Key' | 'MS-MPPE-Recv-Key'): Buffer | undefined =>
      revealSaltedKey(packet.octets(name)!, secret, request_authenticator)
    expect(revealed('MS-MPPE-Send-Key')).toEqual(mppeStartKey(master_key, 'send'))
    expect(revealed('MS-MPPE-Recv-Key')).toEqual(mppeStartKey(master_key, 'receive'))
  })

  test('MS-CHAP version 1 is accepted with the MPPE keys that we compute', async () => {
    const { packet, request_authenticator } = await access({
      'User-Name': 'ann',
      ...msChapCredentials(password),
    })
    const theirs = revealPassword(
      packet.octets('MS-CHAP-MPPE-Keys')!,
      sharedSecret(secret),
      request_authenticator,
    )
    expect(theirs.subarray(8, 24)).toEqual(md4(ntHash(password)))
  })

  test('Status-Server is answered on both ports', async () => {
    expect((await client.status('auth')).result).toBe('ack')
    expect((await client.status('acct')).result).toBe('ack')
  })

  test('accounting is acknowledged', async () => {
    const outcome = await client.account({
      'User-Name': 'ann',
      'Acct-Status-Type': 'Start',
      'Acct-Session-Id': '1',
    })
    expect(outcome.result).toBe('ack')
  })
})

/** A FreeRADIUS that knows its users from a file. */
function configuration(folder: string, auth_port: number, acct_port: number): string {
  const listen = (type: string, port: number): string =>
    `listen {\n type = ${type}\n ipaddr = 127.0.0.1\n port = ${port}\n}\n`
  return `
name = peer
logdir = ${folder}
run_dir = ${folder}
raddbdir = ${folder}
log { destination = stdout }
security { status_server = yes }
client localhost {
  ipaddr = 127.0.0.1
  secret = ${secret}
}
modules {
  pap {
  }
  chap {
  }
  mschap {
    use_mppe = yes
  }
  files {
    filename = ${folder}/users
  }
  always ok {
    rcode = ok
  }
}
server default {
  ${listen('auth', auth_port)}
  ${listen('acct', acct_port)}
  authorize {
    chap
    mschap
    files
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type CHAP {
      chap
    }
    Auth-Type MS-CHAP {
      mschap
    }
  }
  accounting {
    ok
  }
}
`
}
