import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type { Logger } from 'pino'
import type { S3Settings } from '#kernel/config.ts'
import { Refused } from '#kernel/refused.ts'
import { ContentMissing, keyOf, type Content, type FileStore } from './store.ts'

const attempts = 4

/** Contents in a bucket of Amazon S3 or of anything that speaks its language. */
export function s3Store(settings: S3Settings, log: Logger): FileStore {
  const client = new S3Client({
    region: settings.region,
    credentials: { accessKeyId: settings.access_key_id, secretAccessKey: settings.secret_access_key },
    // Other servers than Amazon's name the bucket in the path and do not know its newer checksums.
    ...(settings.endpoint ? { endpoint: settings.endpoint, forcePathStyle: true } : {}),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000 },
  })
  const place = (content: Pick<Content, 'tenant_id' | 'sha256'>) => ({
    Bucket: settings.bucket,
    Key: settings.prefix + keyOf(content),
  })
  const asked = async <T>(content: Pick<Content, 'tenant_id' | 'sha256'>, work: () => Promise<T>) => {
    try {
      return await work()
    } catch (error) {
      if (isMissing(error)) throw new ContentMissing(`${place(content).Key} is not in the bucket.`)
      log.error({ err: error, key: place(content).Key }, 'the bucket of files does not answer as it should')
      throw new Refused(
        503,
        'file_store_unavailable',
        'The place where files are kept cannot be reached at the moment. Nothing was changed; try again in a minute.',
        { headers: { 'retry-after': '60' } },
      )
    }
  }
  return {
    put: (content, staged) =>
      asked(content, async () => {
        // The SDK repeats no request whose body is a stream, since it cannot read it again.
        for (let attempt = 1; ; attempt++) {
          try {
            return void (await client.send(
              new PutObjectCommand({
                ...place(content),
                Body: createReadStream(staged),
                ContentLength: content.size_bytes,
                ContentType: 'application/octet-stream',
                // The bucket refuses bytes that were damaged on their way.
                ChecksumSHA256: Buffer.from(content.sha256, 'hex').toString('base64'),
              }),
            ))
          } catch (error) {
            if (attempt === attempts || !(error instanceof Error) || isOurFault(error)) throw error
          }
        }
      }),
    has: (content) =>
      asked(content, async () => {
        const head = await client.send(new HeadObjectCommand(place(content)))
        return head.ContentLength === content.size_bytes
      }).catch((error: unknown) => {
        if (error instanceof ContentMissing) return false
        throw error
      }),
    read: (content, range) =>
      asked(content, async () => {
        const { Body } = await client.send(
          new GetObjectCommand({
            ...place(content),
            ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}),
          }),
        )
        // In Node the SDK answers a stream of Node's own.
        return Body as Readable
      }),
    remove: (content) =>
      asked(content, async () => void (await client.send(new DeleteObjectCommand(place(content))))),
  }
}

const statusOf = (error: unknown): number =>
  error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0
const isMissing = (error: unknown): boolean =>
  statusOf(error) === 404 && (error as S3ServiceException).name !== 'NoSuchBucket'
const isOurFault = (error: Error): boolean => statusOf(error) >= 400 && statusOf(error) < 500
