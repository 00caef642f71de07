/** The other end of the socket: two writes for each message, as a worker says that a call has begun, and then its result. */
import { Socket } from 'node:net'

const socket = new Socket({ fd: 3, readable: true, writable: true })
const [begun, result] = [Buffer.alloc(60), Buffer.alloc(100)]
socket.on('data', () => {
  socket.write(begun)
  setImmediate(() => socket.write(result))
})
socket.on('end', () => process.exit())
