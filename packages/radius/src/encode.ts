import { randomBytes } from 'node:crypto'
import { code } from './codes.ts'
import { hidePassword } from './pap.ts'
import { type AttributeList, PacketBuilder } from './packet-builder.ts'
import type { RadiusPacket } from './packet.ts'
import { type Secret, sharedSecret, type SharedSecret } from './secret.ts'
import { type AttributeValue, RadiusValueError } from './values.ts'

export type ReplyOptions = {
  /** Packet code of the reply, e.g. `code.access_accept`. */
  code: number
  /** The request answered: gives identifier, authenticator, and the Proxy-State to return. */
  request: RadiusPacket
  secret: Secret
  attributes?: AttributeList | undefined
  /** Attributes in wire form, from `encodeAttributes`; put after `attributes`. */
  encoded_attributes?: Uint8Array | undefined
  /**
   * Whether to sign with Message-Authenticator; by default every answer to an Access-Request and
   * Status-Server is.
   */
  message_authenticator?: boolean
}

export type RequestOptions = {
  /** Packet code, e.g. `code.accounting_request`. */
  code: number
  /** 0 to 255. */
  identifier: number
  secret: Secret
  attributes?: AttributeList | undefined
  /** 16 bytes for an Access-Request or Status-Server; random when left out. Other requests compute theirs. */
  authenticator?: Uint8Array
  /**
   * Whether to sign with Message-Authenticator. Access-Request and Status-Server: yes unless false; others:
   * no.
   */
  message_authenticator?: boolean
}

const builder = new PacketBuilder()

/**
 * A reply with its Response Authenticator (RFC 2865 §3), Message-Authenticator first where there is one, and
 * the request's Proxy-State unchanged at the end. Throws RadiusValueError when an attribute cannot be
 * written.
 */
export function encodeReply(options: ReplyOptions): Buffer {
  const { request } = options
  const secret = sharedSecret(options.secret)
  builder.begin(options.code, request.identifier, request.authenticator)
  if (options.message_authenticator ?? answersAccess(options.code)) builder.reserveMessageAuthenticator()
  if (options.attributes) builder.appendAttributes(options.attributes)
  if (options.encoded_attributes) builder.appendEncoded(options.encoded_attributes)
  if (request.has_proxy_state) appendProxyState(request)
  builder.signMessage(secret)
  builder.signAuthenticator(secret)
  return builder.take()
}

/**
 * A request. User-Password, given as plain text, is hidden with the secret. Throws RadiusValueError when an
 * attribute cannot be written.
 */
export function encodeRequest(options: RequestOptions): Buffer {
  const secret = sharedSecret(options.secret)
  const has_random_authenticator = options.code === code.access_request || options.code === code.status_server
  const authenticator = has_random_authenticator ? (options.authenticator ?? randomBytes(16)) : undefined
  builder.begin(options.code, options.identifier, authenticator)
  if (options.message_authenticator ?? has_random_authenticator) builder.reserveMessageAuthenticator()
  if (options.attributes) appendRequestAttributes(options.attributes, options.code, secret, authenticator)
  builder.signMessage(secret)
  if (!has_random_authenticator) builder.signAuthenticator(secret)
  return builder.take()
}

/**
 * Attributes in wire form, for replies that are prepared once and sent often. Throws RadiusValueError when an
 * attribute cannot be written.
 */
export function encodeAttributes(list: AttributeList): Buffer {
  builder.begin(0, 0, undefined)
  builder.appendAttributes(list)
  return builder.slice(20)
}

function answersAccess(reply_code: number): boolean {
  return (
    reply_code === code.access_accept ||
    reply_code === code.access_reject ||
    reply_code === code.access_challenge
  )
}

function appendProxyState(request: RadiusPacket): void {
  const bytes = request.bytes
  for (let at = 20; at < bytes.length; at += bytes[at + 1]!) {
    if (bytes[at] === 33) builder.appendEncoded(bytes.subarray(at, at + bytes[at + 1]!))
  }
}

function appendRequestAttributes(
  list: AttributeList,
  request_code: number,
  secret: SharedSecret,
  authenticator: Uint8Array | undefined,
): void {
  const pairs = Array.isArray(list) ? list : Object.entries(list)
  for (const [name, value] of pairs) {
    if (name !== 'User-Password' || value === undefined || value === null) {
      builder.appendAttributes({ [name]: value })
      continue
    }
    if (request_code !== code.access_request || !authenticator) {
      throw new RadiusValueError('User-Password can only be sent in an Access-Request.')
    }
    builder.appendNamed(name, hidePassword(passwordBytes(value), secret, authenticator))
  }
}

function passwordBytes(value: AttributeValue): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(String(value))
}
