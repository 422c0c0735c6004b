/** Of this process's random choices: `DAYBOOK_SEED` brings a run back, as far as the scheduling allows. */
export const SEED = Number(process.env.DAYBOOK_SEED ?? Math.floor(Math.random() * 2 ** 32))
