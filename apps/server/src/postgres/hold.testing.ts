/** Run by embedded.test.ts as a process of its own, to be killed: starts PostgreSQL on the folder named and keeps it. */
import { lockDataDir, startEmbedded, writeRunFile } from './index.ts'

const data_dir = process.argv[2] ?? ''
lockDataDir(data_dir, 'http://127.0.0.1:21101')
const { connection } = await startEmbedded({ data_dir })
writeRunFile(data_dir, { address: 'http://127.0.0.1:21101', http_port: 21101, postgres: connection })
console.log('ready')
setInterval(() => {}, 60_000)
