// The limit of the platform for bench/smtp.ts: a relay that passes octets on and does nothing else.
import { connect, createServer } from 'node:net'

const [port, nextHop] = process.argv.slice(2).map(Number)
createServer({ noDelay: true }, (client) => {
  const hop = connect({ port: nextHop, host: '127.0.0.1', noDelay: true })
  const end = () => {
    client.destroy()
    hop.destroy()
  }
  client.on('data', (octets) => hop.write(octets))
  hop.on('data', (octets) => client.write(octets))
  for (const socket of [client, hop]) socket.on('error', end).on('close', end)
}).listen(port, '127.0.0.1')
