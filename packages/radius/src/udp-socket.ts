import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'

/**
 * What the kernel may hold for us while JavaScript is busy; it silently grants less where its limit is lower.
 */
const receive_buffer_bytes = 4 * 1024 * 1024

export type UdpSocketOptions = {
  host: string
  /** 0 for any free port. */
  port: number
  on_message: (datagram: Buffer, from: RemoteInfo, socket: Socket) => void
  on_error: (error: Error) => void
  /** Lets several processes share the port; the kernel spreads senders over them (Linux, BSD). */
  reuse_port?: boolean
}

/** A bound UDP socket. Rejects with a sentence when the address cannot be had. */
export async function openUdpSocket(options: UdpSocketOptions): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(options.host) ? 'udp6' : 'udp4',
    reusePort: options.reuse_port ?? false,
    // Peers are always given by address. Node's default lookup would cost a tick for every datagram sent.
    lookup: (address, _options, done) => done(null, address, isIPv6(address) ? 6 : 4),
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close()
      reject(new Error(`UDP port ${options.port} on ${options.host} cannot be opened: ${error.message}.`))
    })
    socket.bind({ address: options.host, port: options.port }, resolve)
  })
  socket.removeAllListeners('error')
  socket.on('error', options.on_error)
  socket.on('message', (datagram, from) => options.on_message(datagram, from, socket))
  try {
    socket.setRecvBufferSize(receive_buffer_bytes)
  } catch (error) {
    // Some systems refuse what others cap. The socket works with its default buffer, only less patiently.
    options.on_error(error instanceof Error ? error : new Error(String(error)))
  }
  return socket
}

export function closeUdpSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()))
}
