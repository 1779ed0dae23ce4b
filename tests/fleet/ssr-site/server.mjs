import Fastify from 'fastify'
import middie from '@fastify/middie'
import files from '@fastify/static'
import { fileURLToPath } from 'node:url'
import { handler } from './dist/server/entry.mjs'

const app = Fastify({ logger: { transport: { target: 'pino-pretty', options: { colorize: false } } } })
await app.register(files, { root: fileURLToPath(new URL('./dist/client', import.meta.url)) })
app.get('/api/health', async () => ({ ok: true }))
await app.register(middie)
app.use(handler)
await app.listen({ host: process.env.HOST, port: Number(process.env.PORT) })
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => app.close().then(() => process.exit(0)))
