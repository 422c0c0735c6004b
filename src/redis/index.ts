/** Connections to Redis: what the store and the targets on it have in common. */
export { type DriverClient, importRedis } from './client.ts'
export { ENGINE, isTransient, REDIS_LOSSES } from './failures.ts'
export { type Lane, Servers, serversOf } from './servers.ts'
export { parseUrl } from './url.ts'
