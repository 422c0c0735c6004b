/** Of this process's random choices: `DAYBOOK_SEED` brings a run back, as far as the scheduling allows. */
export const SEED = Number(process.env.DAYBOOK_SEED ?? Math.floor(Math.random() * 2 ** 32))

/** Several processes start and die in one test; on a machine that is busy with others that takes its time. */
export const TIMEOUT_MS = 240_000
