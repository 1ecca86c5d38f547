/**
 * RADIUS on the wire: packets, credentials, a UDP server, and clients. Knows nothing of providers or
 * customers.
 */
export { authenticationMethod, type AuthenticationMethod } from './authentication-method.ts'
export { chapCredentials, chapPasswordMatches } from './chap.ts'
export {
  type AccessOutcome,
  type AccountingOutcome,
  createRadiusClient,
  type RadiusClient,
  type RadiusClientOptions,
} from './client.ts'
export { code, codeName, type CodeName } from './codes.ts'
export { decode, type DecodeFault } from './decode.ts'
export {
  type Attribute,
  attributeByName,
  attributeByNumber,
  type AttributeKind,
  type AttributeName,
  attributes,
  vendor,
} from './dictionary.ts'
export {
  createDynamicAuthorizationServer,
  type DynamicAuthorizationDecision,
  type DynamicAuthorizationRequest,
  type DynamicAuthorizationServer,
} from './dynamic-authorization-server.ts'
export {
  createDynamicAuthorizationClient,
  type DynamicAuthorizationClient,
  type DynamicAuthorizationOutcome,
  type DynamicAuthorizationTarget,
} from './dynamic-authorization.ts'
export {
  encodeAttributes,
  encodeReply,
  encodeRequest,
  type ReplyOptions,
  type RequestOptions,
} from './encode.ts'
export { parseIpv4, parseIpv6 } from './ip.ts'
export { md4 } from './md4.ts'
export { md5, md5Text } from './md5.ts'
export {
  type MppeOptions,
  type MppePolicy,
  msChap2MppeAttributes,
  msChapMppeAttributes,
  revealSaltedKey,
} from './mppe.ts'
export {
  msChap2Credentials,
  type MsChap2Match,
  msChap2Match,
  msChapCredentials,
  msChapFailure,
  msChapMatches,
  ntHash,
} from './ms-chap.ts'
export { namedValue, valueName } from './named-values.ts'
export { AttributeCursor } from './attribute-cursor.ts'
export type { AttributeKey, AttributeList } from './packet-builder.ts'
export { type AttributeReference, RadiusPacket } from './packet.ts'
export { papPassword, papPasswordBytes, papPasswordMatches, password_bytes_max } from './pap.ts'
export { type Secret, sharedSecret, SharedSecret } from './secret.ts'
export type { ClientCandidate } from './admission.ts'
export type { DropReason, ServerStats } from './server-counters.ts'
export {
  type AccessReply,
  createRadiusServer,
  type RadiusServer,
  type RadiusServerOptions,
  type ServerRequest,
} from './server.ts'
export { type AttributeValue, type DecodedValue, RadiusValueError } from './values.ts'
export {
  equalsInConstantTime,
  messageAuthenticatorMatches,
  requestAuthenticatorMatches,
  responseAuthenticatorMatches,
} from './verify.ts'
